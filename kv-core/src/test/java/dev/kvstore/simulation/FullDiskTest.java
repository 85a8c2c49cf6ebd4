package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreState;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fills disks of every size to the last byte, in whatever the store is doing then: what is refused
 * is refused with the right exception and without harm, deletions and compaction go on, and writes
 * do when there is room again.
 */
class FullDiskTest {

    private static final long SECONDS = Long.getLong("kv.test.seconds", 300);
    private static final int INDEX_BYTES = 4 << 20;
    private static final int LARGEST_ROOM = 16 * World.SEGMENT_SIZE_BYTES;
    private static final int ROUNDS = 12;

    /** A smaller disk has no room for what is kept for deletions and compaction. */
    private static final int ENOUGH_FOR_A_RESERVE = 6 * World.SEGMENT_SIZE_BYTES;

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aFullDiskHarmsNothing(Durability durability) {
        Random random = new Random(Seed.announce("Full disks, " + durability));
        fillDisksOfEverySize(durability, random);
    }

    @Test
    void largeValuesLeaveRoomToFreeSome() {
        Random random = new Random(Seed.announce("Large values"));
        for (int room = ENOUGH_FOR_A_RESERVE; room < LARGEST_ROOM; room += 1500) {
            SimulatedStorage storage = new SimulatedStorage();
            Options options = new Options(Durability.OS, World.SEGMENT_SIZE_BYTES, false);
            World world =
                    new World(storage, options, new MutableClock(), new History(new TreeMap<>()));
            storage.limitTo(INDEX_BYTES + room);
            world.open();
            NavigableMap<String, String> expected = new TreeMap<>();
            assertThatThrownBy(() -> fillWithLargeValues(world.store(), random, expected))
                    .isInstanceOf(StoreFullException.class);

            freeSpaceByDeleting(world.store(), expected);

            world.close();
            storage.free();
        }
    }

    private static void fillWithLargeValues(
            KeyValueStore store, Random random, NavigableMap<String, String> expected) {
        for (int i = 0; ; i++) {
            String value = History.value(random, i, i % 3 == 2 ? 20_000 : 3000);
            store.set(History.key(i), value);
            expected.put(History.key(i), value);
        }
    }

    @Test
    @Tag("long")
    void manyFullDisksHarmNothing() {
        Random random = new Random(Seed.announce("Many full disks"));
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        int disks = 0;
        while (System.nanoTime() < end) {
            for (Durability durability : Durability.values()) {
                fillDisksOfEverySize(durability, random);
                disks += ROUNDS;
            }
        }
        System.out.println("Full disks: " + disks + ", nothing was harmed");
    }

    /** The sizes are spread evenly, so that some of the disks are too small whatever the seed. */
    private static void fillDisksOfEverySize(Durability durability, Random random) {
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long room = (round * LARGEST_ROOM + random.nextInt(LARGEST_ROOM)) / ROUNDS;
            Options options =
                    new Options(durability, World.SEGMENT_SIZE_BYTES, random.nextBoolean());
            long seed = random.nextLong();
            try {
                refused += fill(options, INDEX_BYTES + room, new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "With room for " + room + ", " + options + ", seed " + seed, e);
            }
        }
        assertThat(refused).isPositive();
    }

    /** Returns how many writes were refused. */
    private static int fill(Options options, long capacity, Random random) {
        SimulatedStorage storage = new SimulatedStorage();
        World world = new World(storage, options, new MutableClock(), new History(new TreeMap<>()));
        storage.limitTo(capacity);
        try {
            world.open();
        } catch (StoreFullException e) {
            storage.limitTo(Long.MAX_VALUE);
            world.open();
            world.close();
            storage.free();
            return 1;
        }
        NavigableMap<String, String> expected = new TreeMap<>();
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            String key = History.key(random.nextInt(History.KEYS));
            String value = History.value(random, i, random.nextInt(8) == 0 ? 20_000 : 3000);
            try {
                switch (random.nextInt(12)) {
                    case 0 -> world.store().compact();
                    case 1 -> reopen(world);
                    case 2, 3 -> {
                        world.store().delete(key);
                        expected.remove(key);
                    }
                    default -> {
                        world.store().set(key, value);
                        expected.put(key, value);
                    }
                }
            } catch (StoreFullException e) {
                refused++;
            }
            assertThat(World.contents(world.store())).isEqualTo(expected);
        }
        if (refused > 0 && capacity >= INDEX_BYTES + ENOUGH_FOR_A_RESERVE) {
            freeSpaceByDeleting(world.store(), expected);
        }
        roomAgain(world, expected);
        storage.free();
        return refused;
    }

    private static void reopen(World world) {
        world.close();
        try {
            world.open();
        } catch (StoreFullException e) {
            // There must be room to take the index in use again, for it was there before.
            world.storage().limitTo(world.storage().usedBytes() + INDEX_BYTES);
            world.open();
        }
    }

    /**
     * Deletions need room for their tombstones. Some is kept for them; when it is used up,
     * compaction makes more out of what they have made obsolete.
     */
    private static void freeSpaceByDeleting(
            KeyValueStore store, NavigableMap<String, String> expected) {
        for (String key : expected.keySet().toArray(String[]::new)) {
            try {
                assertThat(store.delete(key)).isTrue();
            } catch (StoreFullException e) {
                store.compact();
                assertThat(store.delete(key)).isTrue();
            }
            expected.remove(key);
        }
        assertThat(World.contents(store)).isEmpty();
    }

    private static void roomAgain(World world, NavigableMap<String, String> expected) {
        world.storage().limitTo(Long.MAX_VALUE);
        world.store().set(History.key(0), "goes on");
        expected.put(History.key(0), "goes on");
        world.store().compact();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> world.store().stats().state() == StoreState.OPEN);
        world.close();
        world.open();
        assertThat(World.contents(world.store())).isEqualTo(expected);
        world.close();
    }
}
