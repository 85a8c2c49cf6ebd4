package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Several threads write at the same time, each its own keys, while the store compacts and, under
 * {@code INTERVAL}, forces by itself; the power is cut at random moments. Of each writer a prefix
 * must be left with all that was promised, and of all of them together: if a write is left, so is
 * every other that had ended before it began.
 */
class ManyWritersTest {

    private static final int KEYS = 4;

    private long cuts;

    /** A write: what it changes, and between which two ticks of all writers it happened. */
    private static final class Write {

        final NavigableMap<String, @Nullable String> changes;
        volatile int begun = Integer.MAX_VALUE;
        volatile int ended = Integer.MAX_VALUE;

        Write(NavigableMap<String, @Nullable String> changes) {
            this.changes = changes;
        }
    }

    /** The power at one moment: the disk, and the tick before and after it was looked at. */
    private record Moment(PowerCut cut, int tickBefore, int tickAfter) {}

    @Test
    void eachWriterKeepsAPrefix() throws Exception {
        runFor(Duration.ofSeconds(3));
    }

    @Test
    @Tag("long")
    void eachWriterKeepsAPrefixForLong() throws Exception {
        runFor(Duration.ofSeconds(Long.getLong("kv.test.seconds", 300)));
    }

    private void runFor(Duration duration) throws Exception {
        long seed = Seed.announce("Many writers");
        long end = System.nanoTime() + duration.toNanos();
        int worlds = 0;
        do {
            long seedOfWorld = seed + worlds++;
            try {
                runWorld(new Random(seedOfWorld));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("World of seed " + seedOfWorld, e);
            }
        } while (System.nanoTime() < end);
        assertThat(cuts).isPositive();
        System.out.printf("Many writers: %d worlds, %d power cuts, nothing lost%n", worlds, cuts);
    }

    private void runWorld(Random random) throws Exception {
        Durability durability = Durability.values()[random.nextInt(3)];
        Options options =
                new Options(
                        durability,
                        World.SEGMENT_SIZE_BYTES,
                        random.nextBoolean(),
                        Duration.ofMillis(1));
        MutableClock clock = new MutableClock();
        SimulatedStorage storage = new SimulatedStorage();
        ThreadGroup group = new ThreadGroup("world");
        Turns turns = random.nextBoolean() ? Turns.begin(group, random.nextLong()) : Turns.none();
        storage.takeTurns(turns);
        List<List<Write>> writers = new ArrayList<>();
        for (int writer = 0; writer < 2 + random.nextInt(4); writer++) {
            writers.add(writes(writer, 5 + random.nextInt(25), random));
        }
        AtomicInteger clockOfAll = new AtomicInteger();
        List<Moment> moments = new ArrayList<>();
        Random ofMoments = new Random(random.nextLong());
        int every = 1 + random.nextInt(15);
        try {
            World.inGroup(
                    group,
                    () -> {
                        KeyValueStore store = StoreOpener.open(options.with(clock, false), storage);
                        storage.observe(
                                text -> {
                                    if (ofMoments.nextInt(every) == 0) {
                                        int before = clockOfAll.get();
                                        PowerCut cut = storage.cut(text);
                                        moments.add(new Moment(cut, before, clockOfAll.get()));
                                    }
                                });
                        write(group, store, writers, clockOfAll);
                        storage.observe(text -> {}); // the threads of the store add no more
                        int all = clockOfAll.get();
                        moments.add(new Moment(storage.cut("with the store open"), all, all));
                        store.close();
                        return store;
                    });
        } finally {
            turns.end();
        }
        for (Moment moment : moments) {
            List<Loss> losses = AfterTheCut.losses(random, 3);
            Loss loss = losses.get(random.nextInt(losses.size()));
            try {
                check(moment, loss, options, clock, writers);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        options + "\n" + moment.cut + "\nIt left the disk thus: " + loss, e);
            }
            cuts++;
        }
        storage.free();
    }

    private static List<Write> writes(int writer, int count, Random random) {
        List<Write> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            NavigableMap<String, @Nullable String> changes = new TreeMap<>();
            // One key changes in each write, so that every prefix looks different.
            changes.put("writer" + writer + ":last", "write" + i);
            for (int more = random.nextInt(3); more > 0; more--) {
                String key = "writer" + writer + ":key" + random.nextInt(KEYS);
                changes.put(key, random.nextInt(3) == 0 ? null : History.value(random, i, 3000));
            }
            writes.add(new Write(changes));
        }
        return writes;
    }

    private static void write(
            ThreadGroup group, KeyValueStore store, List<List<Write>> writers, AtomicInteger ticks)
            throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (List<Write> writes : writers) {
            Thread thread =
                    new Thread(
                            group,
                            () -> {
                                for (Write write : writes) {
                                    write.begun = ticks.incrementAndGet();
                                    apply(write, store);
                                    write.ended = ticks.incrementAndGet();
                                }
                            },
                            "writer-" + threads.size());
            thread.setUncaughtExceptionHandler((failed, e) -> failures.add(e));
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        store.compact();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    private static void apply(Write write, KeyValueStore store) {
        WriteBatch batch = new WriteBatch();
        write.changes.forEach(
                (key, value) -> {
                    if (value == null) {
                        batch.delete(key);
                    } else {
                        batch.set(key, value);
                    }
                });
        if (write.changes.size() == 1) {
            String key = write.changes.firstKey();
            store.set(key, String.valueOf(write.changes.get(key)));
        } else {
            store.write(batch);
        }
    }

    private static void check(
            Moment moment,
            Loss loss,
            Options options,
            MutableClock clock,
            List<List<Write>> writers) {
        boolean killed = !moment.cut.canLoseSomething() || loss.isNothing();
        boolean acknowledgedStays = killed || options.durability() == Durability.SYNC;
        SimulatedStorage storage = moment.cut.after(loss);
        int[] survived = new int[writers.size()];
        try (KeyValueStore store = StoreOpener.open(options.with(clock, false), storage)) {
            for (int i = 0; i < survived.length; i++) {
                List<Write> writes = writers.get(i);
                survived[i] = survived(store, i, writes);
                assertThat(survived[i])
                        .as("writes of writer " + i)
                        .isBetween(
                                acknowledgedStays ? endedBy(moment.tickBefore, writes) : 0,
                                begunBy(moment.tickAfter, writes));
            }
            assertThat(store.verify().problems()).isEmpty();
        }
        storage.free();
        for (int i = 0; i < survived.length; i++) {
            if (survived[i] > 0) {
                Write last = writers.get(i).get(survived[i] - 1);
                for (int other = 0; other < survived.length; other++) {
                    assertThat(survived[other])
                            .as("writes of %d, of %d there are %d", other, i, survived[i])
                            .isGreaterThanOrEqualTo(endedBy(last.begun, writers.get(other)));
                }
            }
        }
    }

    /** Returns how many writes of a writer the store has; fails if it is not a prefix. */
    private static int survived(KeyValueStore store, int writer, List<Write> writes) {
        NavigableMap<String, String> contents = new TreeMap<>();
        try (Stream<Entry> entries = store.scan("writer" + writer + ":")) {
            entries.forEach(entry -> contents.put(entry.keyString(), entry.valueString()));
        }
        String last = store.get("writer" + writer + ":last");
        int count = last == null ? 0 : Integer.parseInt(last.substring("write".length())) + 1;
        NavigableMap<String, String> expected = new TreeMap<>();
        for (Write write : writes.subList(0, count)) {
            write.changes.forEach(
                    (key, value) -> {
                        if (value == null) {
                            expected.remove(key);
                        } else {
                            expected.put(key, value);
                        }
                    });
        }
        assertThat(contents).as("after %d writes of writer %d", count, writer).isEqualTo(expected);
        return count;
    }

    private static int endedBy(int tick, List<Write> writes) {
        return (int) writes.stream().filter(write -> write.ended <= tick).count();
    }

    private static int begunBy(int tick, List<Write> writes) {
        return (int) writes.stream().filter(write -> write.begun <= tick).count();
    }
}
