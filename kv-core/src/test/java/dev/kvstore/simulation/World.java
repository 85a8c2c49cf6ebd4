package dev.kvstore.simulation;

import dev.kvstore.Durability;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import dev.kvstore.testing.MutableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A store on a simulated disk, the history of what is done to it, and a clock. */
final class World {

    /** A page longer than what is given back, and a few records of the usual length. */
    static final int SEGMENT_SIZE_BYTES = 12 << 10;

    /**
     * How a world's store is opened.
     *
     * @param segmentSizeBytes small, so that segments are many
     * @param inBackground whether it compacts by itself as soon as there is garbage
     * @param forceInterval how often it forces, if that is by the clock
     */
    record Options(
            Durability durability,
            int segmentSizeBytes,
            boolean inBackground,
            Duration forceInterval) {

        /** By the clock it forces never: what a seed does must not depend on it. */
        Options(Durability durability, int segmentSizeBytes, boolean inBackground) {
            this(durability, segmentSizeBytes, inBackground, Duration.ofHours(1));
        }

        StoreOptions with(MutableClock clock, boolean readOnly) {
            return new StoreOptions(
                    Path.of("/simulated"),
                    null,
                    durability,
                    forceInterval,
                    segmentSizeBytes,
                    1000,
                    1 << 20,
                    new CompactionOptions(inBackground, Duration.ofHours(1), 0.2, 0),
                    readOnly,
                    true,
                    0,
                    clock);
        }
    }

    /** A cut, and what had been done by then. */
    record Moment(PowerCut cut, int finished, int started, int durable, long now) {}

    private final SimulatedStorage storage;
    private final Options options;
    private final MutableClock clock;
    private final History history;
    private final List<Moment> moments = new ArrayList<>(); // guarded by the storage's monitor
    private @Nullable KeyValueStore store;

    World(SimulatedStorage storage, Options options, MutableClock clock, History history) {
        this.storage = storage;
        this.options = options;
        this.clock = clock;
        this.history = history;
    }

    SimulatedStorage storage() {
        return storage;
    }

    History history() {
        return history;
    }

    KeyValueStore store() {
        return java.util.Objects.requireNonNull(store);
    }

    List<Moment> moments() {
        return moments;
    }

    /** Remembers the state of the disk at every call from now on. */
    void rememberEveryCall() {
        storage.observe(moment -> moments.add(moment(moment)));
    }

    /** Remembers the state of the disk now. */
    Moment moment(String text) {
        // What was finished is read before the disk is, and what was started after it.
        int finished = history.finished();
        int durable = history.durable();
        PowerCut cut = storage.cut(text);
        return new Moment(cut, finished, history.started(), durable, clock.millis());
    }

    void open() {
        store = StoreOpener.open(options.with(clock, false), storage);
    }

    void close() {
        store().close();
    }

    /** Does a step, and fails if the store answers something wrong. */
    void step(Step step) {
        Object expected = history.begin(step, clock.millis());
        Object actual = true;
        if (step instanceof Step.Reopen) {
            close();
            open();
        } else if (step instanceof Step.Wait wait) {
            clock.advance(Duration.ofMillis(wait.millis()));
        } else {
            actual = step.applyTo(store());
        }
        history.end(
                options.durability() == Durability.SYNC
                        || step instanceof Step.Sync
                        || step instanceof Step.Reopen);
        if (!actual.equals(expected)) {
            throw new AssertionError(step + " answered " + actual + ", not " + expected);
        }
    }

    /** Reads everything in every way and checks that the ways agree. */
    static NavigableMap<String, String> contents(KeyValueStore store) {
        NavigableMap<String, String> contents = new TreeMap<>();
        for (int i = 0; i < History.KEYS; i++) {
            String value = store.get(History.key(i));
            if (value != null) {
                contents.put(History.key(i), value);
            }
        }
        NavigableMap<String, String> scanned = new TreeMap<>();
        try (Stream<Entry> entries = store.scan("")) {
            entries.forEach(e -> scanned.put(e.keyString(), e.valueString()));
        }
        if (!scanned.equals(contents)) {
            throw new AssertionError("A scan delivers " + scanned + ", get " + contents);
        }
        if (store.size() < contents.size()) {
            throw new AssertionError("size() is " + store.size() + " of " + contents);
        }
        return contents;
    }

    /** Runs something in a thread group of its own, with the threads that it starts. */
    static <T> T inGroup(ThreadGroup group, Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(group, future, "driver");
        thread.start();
        try {
            return future.get();
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        } finally {
            thread.join();
        }
    }
}
