package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.VersionedKeys;
import dev.kvstore.testing.Workers;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Threads that read and write the same keys. */
interface ManyThreads extends StoreSuite {

    @Test
    default void everyReadIsLinearizable() {
        KeyValueStore store = openWithCompaction();
        Workers workers = new Workers();
        VersionedKeys keys = readAndWrite(store, workers, 4, 400);
        workers.meanwhile(store::compact);
        workers.finish();

        keys.checkAll(store);
        keys.checkAll(stores().reopen());
    }

    @Test
    default void aStoreInUseIsSoundAtAnyMoment() {
        KeyValueStore store = openWithCompaction();
        Workers workers = new Workers();
        VersionedKeys keys = readAndWrite(store, workers, 3, 400);
        workers.meanwhile(store::compact);
        workers.meanwhile(() -> assertThat(store.verify().problems()).isEmpty());
        workers.finish();

        keys.checkAll(store);
    }

    /** It is the caller's mistake, and must not make the store one that cannot be opened. */
    @Test
    default void arraysThatChangeDuringTheirCallsDamageNothing() {
        KeyValueStore store = openWithCompaction();
        byte[] key = new byte[64];
        byte[] value = new byte[4096];
        Workers workers = new Workers();
        workers.meanwhile(
                () -> {
                    ThreadLocalRandom.current().nextBytes(value);
                    key[ThreadLocalRandom.current().nextInt(key.length)] ^= 1;
                });
        workers.repeat(
                500,
                () -> {
                    store.set(key, value);
                    store.delete(key);
                    store.set(key, value);
                });
        workers.finish();

        store.compact();
        assertThat(store.verify().problems()).isEmpty();
        assertThat(store.stats().keys()).isEqualTo(StoreContents.of(store).size());
    }

    @Test
    default void everyReadIsLinearizableOnLightThreads() {
        KeyValueStore store = openWithCompaction();
        Workers workers = Workers.onLightThreads();
        VersionedKeys keys = readAndWrite(store, workers, 32, 30);
        workers.finish();

        keys.checkAll(store);
        keys.checkAll(stores().reopen());
    }

    @Test
    default void countersByCompareAndSetAreExact() {
        KeyValueStore store = openWithCompaction();
        for (int i = 0; i < 3; i++) {
            store.set("counter-" + i, "0");
        }
        Workers workers = new Workers();
        for (int thread = 0; thread < 6; thread++) {
            String counter = "counter-" + thread % 3;
            workers.repeat(150, () -> increment(store, counter));
        }
        workers.finish();

        for (int i = 0; i < 3; i++) {
            assertThat(store.get("counter-" + i)).isEqualTo("300");
        }
    }

    @Test
    default void setIfAbsentHasOneWinner() {
        KeyValueStore store = openWithCompaction();
        AtomicIntegerArray winners = new AtomicIntegerArray(100);
        AtomicIntegerArray winner = new AtomicIntegerArray(100);
        race(
                5,
                100,
                (thread, round) -> {
                    if (store.setIfAbsent("k" + round, "thread " + thread)) {
                        winners.incrementAndGet(round);
                        winner.set(round, thread);
                    }
                });

        for (int round = 0; round < 100; round++) {
            assertThat(winners.get(round)).isEqualTo(1);
            assertThat(store.get("k" + round)).isEqualTo("thread " + winner.get(round));
        }
    }

    @Test
    default void deleteHasOneWinner() {
        KeyValueStore store = openWithCompaction();
        fill(store, 0, 100, 1, 50);
        AtomicIntegerArray winners = new AtomicIntegerArray(100);
        race(
                5,
                100,
                (thread, round) -> {
                    if (store.delete(key(round))) {
                        winners.incrementAndGet(round);
                    }
                });

        for (int round = 0; round < 100; round++) {
            assertThat(winners.get(round)).isEqualTo(1);
        }
        assertThat(store.size()).isZero();
    }

    @Test
    default void updateNeverBringsADeletedKeyBack() {
        KeyValueStore store = openWithCompaction();
        fill(store, 0, 100, 1, 50);
        race(
                4,
                100,
                (thread, round) -> {
                    if (thread == 0) {
                        assertThat(store.delete(key(round))).isTrue();
                    } else {
                        store.update(key(round), key(thread));
                    }
                });

        assertThat(store.size()).isZero();
        assertThat(stores().reopen().size()).isZero();
    }

    @Test
    default void batchesOnTheSameKeysFollowOneAnother() {
        KeyValueStore store = openWithCompaction();
        race(
                4,
                60,
                (thread, round) -> {
                    String value = thread + " in round " + round;
                    store.write(new WriteBatch().set("a", value).set("b", value).set("c", value));
                },
                () -> assertThat(Set.copyOf(valuesOf(store, "a", "b", "c"))).hasSize(1));

        String last = store.get("a");
        assertThat(valuesOf(stores().reopen(), "a", "b", "c")).containsExactly(last, last, last);
    }

    @Test
    default void aScanDeliversWhatIsThereThroughoutWhileOthersComeAndGo() {
        KeyValueStore store = openWithCompaction();
        fill(store, 0, 500, 1, 60);
        Set<String> stable = IntStream.range(0, 500).mapToObj(i -> "key-" + i).collect(toSet());
        Workers workers = new Workers();
        workers.repeat(8, () -> assertThat(scannedOnce(store)).containsAll(stable));
        workers.repeat(8, () -> assertThat(scannedOnce(store)).containsAll(stable));
        workers.meanwhile(
                () -> {
                    int from = 1000 + ThreadLocalRandom.current().nextInt(2000);
                    fill(store, from, from + 50, 1, 100);
                    fill(store, 250, 300, from, 60);
                    store.delete(key(from));
                });
        workers.meanwhile(store::compact);
        workers.finish();

        assertThat(scannedOnce(store)).containsAll(stable);
    }

    /**
     * Some threads write keys of their own, as many again read all of them in every way. They clear
     * their interrupt flags between the calls, so that an interrupt can come anywhere within one.
     */
    static VersionedKeys readAndWrite(
            KeyValueStore store, Workers workers, int writers, int writesEach) {
        long seed = Seed.announce("Concurrency");
        int keysEach = 10;
        VersionedKeys keys = new VersionedKeys("versioned-", writers * keysEach, 400);
        for (int writer = 0; writer < writers; writer++) {
            Random random = new Random(seed + writer);
            int first = writer * keysEach;
            workers.repeat(
                    writesEach,
                    () -> {
                        Thread.interrupted();
                        keys.write(store, first + random.nextInt(keysEach), random);
                    });
        }
        for (int reader = 0; reader < writers; reader++) {
            Random random = new Random(seed - 1 - reader);
            workers.meanwhile(() -> readSomehow(store, keys, random));
        }
        return keys;
    }

    private static void readSomehow(KeyValueStore store, VersionedKeys keys, Random random) {
        Thread.interrupted();
        switch (random.nextInt(20)) {
            case 0 -> keys.scan(store);
            case 1 -> keys.readAll(store, random.ints(20, 0, keys.count()).boxed().toList());
            default -> keys.read(store, random.nextInt(keys.count()));
        }
        Thread.yield();
    }

    private KeyValueStore openWithCompaction() {
        return stores().open(StoreOptions.defaults().withBackgroundCompaction(0.1));
    }

    private static void increment(KeyValueStore store, String counter) {
        String now;
        do {
            now = store.get(counter);
        } while (!store.compareAndSet(counter, now, "" + (Integer.parseInt(now) + 1)));
    }

    private static Set<String> scannedOnce(KeyValueStore store) {
        Set<String> delivered = new HashSet<>();
        try (Stream<Entry> scan = store.scan("")) {
            scan.forEach(
                    entry ->
                            assertThat(delivered.add(entry.keyString()))
                                    .as("%s is delivered once", entry.keyString())
                                    .isTrue());
        }
        return delivered;
    }

    /** One thread's attempt in one round of a race. */
    @FunctionalInterface
    interface Attempt {
        void run(int thread, int round);
    }

    private static Collection<String> valuesOf(KeyValueStore store, String... keys) {
        return store.getAll(List.of(keys)).values();
    }

    private static void race(int threads, int rounds, Attempt attempt) {
        race(threads, rounds, attempt, () -> {});
    }

    // All threads start each round together, and the state is checked when all have ended it.
    private static void race(int threads, int rounds, Attempt attempt, Runnable check) {
        CyclicBarrier start = new CyclicBarrier(threads);
        CyclicBarrier end = new CyclicBarrier(threads, check);
        Workers workers = new Workers();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            AtomicInteger round = new AtomicInteger();
            workers.repeat(
                    rounds,
                    () -> {
                        start.await();
                        attempt.run(thread, round.getAndIncrement());
                        end.await();
                    });
        }
        workers.finish();
    }
}
