package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.simulation.Step.AwaitCompaction;
import dev.kvstore.simulation.Step.Batch;
import dev.kvstore.simulation.Step.Compact;
import dev.kvstore.simulation.Step.Delete;
import dev.kvstore.simulation.Step.Reopen;
import dev.kvstore.simulation.Step.Set;
import dev.kvstore.simulation.Step.SetIfAbsent;
import dev.kvstore.simulation.Step.Sync;
import dev.kvstore.simulation.Step.Update;
import dev.kvstore.simulation.Step.Wait;
import dev.kvstore.simulation.World.Moment;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Short histories, each cut at every call of the storage, with many outcomes of each cut, and cut
 * again during the recovery.
 */
class SmallWorldsTest {

    private static final String MANY = "x".repeat(3500); // three of these fill a segment

    static Map<String, List<Step>> histories() {
        Map<String, List<Step>> histories = new TreeMap<>();
        histories.put(
                "first steps",
                List.of(
                        new Set("key0", "a", 0),
                        new Set("key1", "b", 0),
                        new Update("key0", "c"),
                        new Update("key2", "not there"),
                        new Delete("key1"),
                        new SetIfAbsent("key1", "d"),
                        new Sync(),
                        new Set("key0", "e", 0)));
        histories.put(
                "batches",
                List.of(
                        new Set("key0", "a", 0),
                        batch("key0", "b", "key1", "c", "key2", MANY),
                        batch("key1", null, "key3", MANY),
                        batch("key0", null, "key2", null, "key3", null),
                        batch("key0", "d", "key1", "e")));
        histories.put(
                "seal",
                List.of(
                        new Set("key0", "1" + MANY, 0),
                        new Set("key1", "2" + MANY, 0),
                        new Set("key2", "3" + MANY, 0),
                        new Set("key3", "4" + MANY, 0),
                        new Delete("key0"),
                        new Set("key4", "5" + MANY, 0),
                        new Set("key5", "6" + MANY, 0)));
        histories.put(
                "compaction and recycling",
                List.of(
                        new Set("key0", "1" + MANY, 0),
                        new Set("key1", "keep", 0),
                        new Set("key0", "2" + MANY, 0),
                        new Set("key0", "3" + MANY, 0),
                        new Delete("key2"),
                        new Compact(),
                        new Set("key0", "4" + MANY, 0),
                        new Set("key2", "5" + MANY, 0),
                        new Delete("key1"),
                        new Set("key0", "6" + MANY, 0),
                        new Compact(),
                        new Delete("key2"),
                        new Set("key3", "7" + MANY, 0),
                        new Compact()));
        histories.put(
                "nothing comes back",
                List.of(
                        new Set("key0", "old" + MANY, 0),
                        new Set("key1", "1" + MANY, 0),
                        new Set("key2", "2" + MANY, 0),
                        new Delete("key0"),
                        new Set("key1", "3" + MANY, 0),
                        new Compact(),
                        new Set("key2", "4" + MANY, 0),
                        new Compact(),
                        new Reopen(),
                        new Compact()));
        histories.put(
                "copies of copies",
                List.of(
                        new Set("key0", "a", 0),
                        new Set("key1", "b", 0),
                        new Set("key1", "c", 0),
                        new Sync(),
                        new Compact(),
                        new Sync(),
                        new Set("key0", "d", 0),
                        new Compact(),
                        new Set("key0", "e", 0),
                        new Delete("key1"),
                        new Compact()));
        histories.put(
                "a tombstone in a segment full of garbage",
                List.of(
                        new Set("key0", "old", 0),
                        new Set("key1", "1" + MANY, 0),
                        new Set("key2", "2" + MANY, 0),
                        new Set("key3", "3" + MANY, 0),
                        new Set("key4", "4" + MANY, 0), // in the next one, as what follows
                        new Delete("key0"),
                        new Set("key4", "5" + MANY, 0),
                        new Set("key4", "6" + MANY, 0),
                        new Set("key4", "7" + MANY, 0),
                        new Set("key4", "8" + MANY, 0),
                        new Set("key5", "9" + MANY, 0),
                        new Set("key5", "0" + MANY, 0),
                        new AwaitCompaction(),
                        new Set("key1", "late", 0)));
        histories.put(
                "time to live",
                List.of(
                        new Set("key0", "for ever", 0),
                        new Set("key0", "for a while" + MANY, 1000),
                        new Set("key1", "longer", 5000),
                        new Wait(1500),
                        new Set("key2", MANY, 0),
                        new Update("key0", "not there"),
                        new Compact(),
                        new Wait(5000),
                        new Set("key3", MANY, 2000),
                        new Compact()));
        histories.put(
                "large values",
                List.of(
                        new Set("key0", "1" + "y".repeat(20_000), 0),
                        new Set("key1", "small", 0),
                        new Set("key0", "2" + "y".repeat(30_000), 0),
                        new Compact(),
                        new Delete("key0"),
                        new Compact(),
                        new Set("key0", "3" + "y".repeat(14_000), 0)));
        histories.put(
                "close",
                List.of(
                        new Set("key0", "1", 0),
                        new Reopen(),
                        new Delete("key0"),
                        new Set("key1", MANY, 0),
                        new Reopen(),
                        new Set("key0", "2" + MANY, 0),
                        new Set("key2", "3" + MANY, 0),
                        new Reopen(),
                        new Reopen()));
        return histories;
    }

    static Stream<Arguments> worlds() {
        return histories().keySet().stream()
                .flatMap(
                        name ->
                                Stream.of(Durability.SYNC, Durability.OS)
                                        .flatMap(
                                                durability ->
                                                        Stream.of(false, true)
                                                                .map(
                                                                        background ->
                                                                                Arguments.of(
                                                                                        name,
                                                                                        durability,
                                                                                        background))));
    }

    /** Each history in one of the worlds. */
    static Stream<Arguments> someWorlds() {
        List<Arguments> worlds = new ArrayList<>();
        for (String name : histories().keySet()) {
            boolean even = worlds.size() % 2 == 0;
            boolean inBackground = worlds.size() % 4 == 0 || worlds.size() % 4 == 3;
            worlds.add(Arguments.of(name, even ? Durability.SYNC : Durability.OS, inBackground));
        }
        return worlds.stream();
    }

    @ParameterizedTest(name = "{0}, {1}, background compaction {2}")
    @MethodSource("someWorlds")
    void noCutTakesWhatIsPromised(String name, Durability durability, boolean inBackground)
            throws Exception {
        explore(name, new Options(durability, World.SEGMENT_SIZE_BYTES, inBackground), 1, 0, 1, 4);
    }

    @ParameterizedTest(name = "{0}, {1}, background compaction {2}")
    @MethodSource("worlds")
    @Tag("long")
    void noCutTakesWhatIsPromisedInAnyOrder(
            String name, Durability durability, boolean inBackground) throws Exception {
        explore(name, new Options(durability, World.SEGMENT_SIZE_BYTES, inBackground), 4, 20, 8, 1);
    }

    private static void explore(
            String name,
            Options options,
            int orders,
            int byChance,
            int cutsDuringRecovery,
            int recoveriesForOneThatIsCut)
            throws Exception {
        long seed = Seed.announce("Small world \"" + name + "\", " + options);
        List<Step> steps = java.util.Objects.requireNonNull(histories().get(name));
        long moments = 0;
        long opened = 0;
        for (int order = 0; order < orders; order++) {
            World world = run(steps, options, seed + order);
            Random random = new Random(seed + order);
            AfterTheCut once = new AfterTheCut(options, world.history(), random, 0);
            AfterTheCut twice =
                    new AfterTheCut(options, world.history(), random, cutsDuringRecovery);
            for (Moment moment : world.moments()) {
                for (Loss loss : losses(moment, random, byChance)) {
                    boolean again = random.nextInt(recoveriesForOneThatIsCut) == 0;
                    (again ? twice : once).check(moment, loss);
                }
            }
            moments += world.moments().size();
            opened += once.opened() + twice.opened();
        }
        assertThat(opened).isGreaterThan(moments);
        System.out.println(moments + " moments, " + opened + " recoveries");
    }

    private static List<Loss> losses(Moment moment, Random random, int byChance) {
        if (!moment.cut().canLoseSomething()) {
            return List.of(Loss.nothing());
        }
        if (byChance > 0) {
            return AfterTheCut.losses(random, byChance);
        }
        if (random.nextInt(2) == 0) {
            return List.of(Loss.everything());
        }
        List<Loss> all = AfterTheCut.losses(random, 2);
        return List.of(Loss.everything(), all.get(random.nextInt(all.size())));
    }

    private static World run(List<Step> steps, Options options, long seed) throws Exception {
        ThreadGroup group = new ThreadGroup("world");
        SimulatedStorage storage = new SimulatedStorage();
        World world = new World(storage, options, new MutableClock(), new History(new TreeMap<>()));
        Turns turns = Turns.begin(group, seed);
        storage.takeTurns(turns);
        world.rememberEveryCall();
        try {
            World.inGroup(
                    group,
                    () -> {
                        world.open();
                        steps.forEach(world::step);
                        world.close();
                        return world;
                    });
        } finally {
            turns.end();
        }
        storage.free();
        return world;
    }

    private static Batch batch(@Nullable String... keysAndValues) {
        LinkedHashMap<String, @Nullable String> changes = new LinkedHashMap<>();
        List<@Nullable String> all = new ArrayList<>(java.util.Arrays.asList(keysAndValues));
        for (int i = 0; i < all.size(); i += 2) {
            changes.put(java.util.Objects.requireNonNull(all.get(i)), all.get(i + 1));
        }
        return new Batch(changes);
    }
}
