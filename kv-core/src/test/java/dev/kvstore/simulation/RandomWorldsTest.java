package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.simulation.World.Moment;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random histories under random options, cut at random moments; what one cut leaves is the
 * beginning of the next history, so that a disk sees many lives.
 */
class RandomWorldsTest {

    private static final String SECONDS = "kv.test.seconds";
    private static final int LIVES = 6;

    private static final int RECORD_OVERHEAD = 20 + History.key(0).length();
    private static final int WHOLE_PAGE = 4096 - RECORD_OVERHEAD;
    private static final int TO_FIRST_PAGE_END = WHOLE_PAGE - 128; // behind a segment's header

    private long cuts;
    private long recoveries;
    private long steps;
    private long worlds;

    @Test
    void noCutTakesWhatIsPromised() throws Exception {
        runFor(Duration.ofSeconds(Long.getLong(SECONDS, 5)));
    }

    @Test
    @Tag("long")
    void noCutTakesWhatIsPromisedForLong() throws Exception {
        runFor(Duration.ofSeconds(Long.getLong(SECONDS, 300)));
    }

    private void runFor(Duration duration) throws Exception {
        long seed = Seed.announce("Random worlds");
        long end = System.nanoTime() + duration.toNanos();
        do {
            runDisk(seed + worlds++);
        } while (System.nanoTime() < end);
        assertThat(cuts).isPositive();
        System.out.printf(
                "%d disks, %d steps, %d power cuts, %d recoveries, nothing lost%n",
                worlds, steps, cuts, recoveries);
    }

    private void runDisk(long seed) throws Exception {
        Random random = new Random(seed);
        int[] lengths = lengths(random);
        int segmentSizeBytes = 4096 * (2 + random.nextInt(6));
        SimulatedStorage storage = new SimulatedStorage();
        MutableClock clock = new MutableClock();
        History history = new History(new TreeMap<>());
        for (int life = 0; life < LIVES; life++) {
            Durability durability = Durability.values()[random.nextInt(3)];
            Options options = new Options(durability, segmentSizeBytes, random.nextBoolean());
            World world = new World(storage, options, clock, history);
            String title = "Disk of seed " + seed + ", life " + life + ", " + options;
            try {
                live(world, random, lengths, life);
                AfterTheCut check = new AfterTheCut(options, history, random, 1);
                List<Moment> moments = world.moments();
                Moment last = moments.get(random.nextInt(moments.size()));
                for (Moment moment : moments) {
                    check.check(moment, loss(random));
                    cuts++;
                }
                long seedOfLoss = random.nextLong();
                int survived = check.check(last, Loss.random(seedOfLoss));
                storage = last.cut().after(Loss.random(seedOfLoss));
                clock.setMillis(last.now());
                steps += history.started();
                recoveries += check.opened();
                history = new History(history.state(survived));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(title, e);
            }
        }
        storage.free();
    }

    /** Lengths of values, of which two make records that end where a page does; none for any. */
    private static int[] lengths(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> new int[] {711};
            case 1 -> new int[] {TO_FIRST_PAGE_END, WHOLE_PAGE, WHOLE_PAGE};
            default -> new int[0];
        };
    }

    private static Loss loss(Random random) {
        List<Loss> losses = AfterTheCut.losses(random, 6);
        return losses.get(random.nextInt(losses.size()));
    }

    private static void live(World world, Random random, int[] lengths, int life) throws Exception {
        ThreadGroup group = new ThreadGroup("world");
        SimulatedStorage storage = world.storage();
        // Now and then without turns: then threads truly run at the same time.
        Turns turns = random.nextInt(3) > 0 ? Turns.begin(group, random.nextLong()) : Turns.none();
        storage.takeTurns(turns);
        int count = 1 + random.nextInt(40);
        int every = 1 + random.nextInt(20);
        int longest = 500 + random.nextInt(8000);
        Random ofMoments = new Random(random.nextLong());
        storage.observe(
                moment -> {
                    if (ofMoments.nextInt(every) == 0) {
                        world.moments().add(world.moment(moment));
                    }
                });
        try {
            World.inGroup(
                    group,
                    () -> {
                        world.open();
                        for (int i = 0; i < count; i++) {
                            int number = life * 1000 + i;
                            int large = random.nextInt(30) == 0 ? 3 * longest : longest;
                            world.step(
                                    lengths.length == 0
                                            ? History.random(random, number, large)
                                            : History.randomOfLengths(random, number, lengths));
                        }
                        storage.observe(moment -> {});
                        if (random.nextBoolean()) {
                            world.moments().add(world.moment("with the store open"));
                        }
                        world.close();
                        return world;
                    });
        } finally {
            turns.end();
        }
        world.moments().add(world.moment("after it was closed"));
        storage.free();
    }
}
