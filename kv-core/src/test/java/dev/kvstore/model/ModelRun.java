package dev.kvstore.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Does the same to a store and to the model and compares every result, and now and then everything
 * they hold. In between the store is compacted, closed and opened, the clock goes on, and if the
 * store has files, it is opened as if it had been killed.
 */
final class ModelRun {

    private static final int STEPS_SHOWN = 15;
    private static final int STEPS_BETWEEN_COMPARISONS = 700;

    private final StoreExtension stores;
    private final boolean canBeKilled;
    private final MutableClock clock = new MutableClock();
    private final StoreOptions options;
    private final long seed;
    private final Random random;
    private final Operations operations;
    private final KeyValueStore model;
    private final Deque<String> lastSteps = new ArrayDeque<>();
    private KeyValueStore store;
    private long steps;

    ModelRun(StoreExtension stores, StoreOptions options, boolean canBeKilled, long seed) {
        this.stores = stores;
        this.canBeKilled = canBeKilled;
        this.options = options.withClock(clock);
        this.seed = seed;
        random = new Random(seed);
        operations = new Operations(random, 3 * options.segmentSizeBytes());
        // The model drops expired entries when it is told to compact, and not of its own accord.
        StoreOptions ofModel = StoreOptions.defaults().withClock(clock);
        model = new ModelStores().open(Path.of("model"), ofModel);
        store = stores.open(this.options);
    }

    /** Goes on while it is wanted, then compares once more. */
    void runWhile(BooleanSupplier wanted) {
        try {
            while (wanted.getAsBoolean()) {
                step();
            }
            compareEverything();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "Step %d with seed %d of %s; the last steps were%n  %s"
                            .formatted(steps, seed, options, String.join("\n  ", lastSteps)),
                    e);
        }
    }

    long steps() {
        return steps;
    }

    private void step() {
        steps++;
        switch (random.nextInt(600)) {
            case 0 -> reopen();
            case 1 -> reopenAsIfKilled();
            case 2 -> compact();
            case 3, 4, 5 -> advanceClock();
            case 6 -> sync();
            default -> operate(operations.next());
        }
        if (steps % STEPS_BETWEEN_COMPARISONS == 0) {
            compareEverything();
        }
    }

    private void operate(Operations.Operation operation) {
        remember(operation.toString());
        Object expected = operation.applyTo(model);
        Object actual = operation.applyTo(store);
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(operation + " is " + actual + ", not " + expected);
        }
    }

    private void reopen() {
        remember("reopen");
        store = stores.reopen();
        compareEverything();
    }

    private void reopenAsIfKilled() {
        if (canBeKilled) {
            remember("kill and reopen");
            store = stores.reopenAsIfKilled();
            compareEverything();
        }
    }

    private void compact() {
        remember("compact");
        model.compact();
        store.compact();
        assertThat(store.size()).as("size after compaction").isEqualTo(model.size());
    }

    private void advanceClock() {
        Duration duration = Duration.ofMillis(random.nextInt(5000));
        remember("clock goes on by " + duration);
        clock.advance(duration);
    }

    private void sync() {
        remember("sync");
        store.sync();
    }

    private void compareEverything() {
        StoreContents expected = StoreContents.of(model);
        StoreContents.of(store).assertSameAs(expected);
        // The store may have removed expired entries that the model still counts.
        assertThat(store.size()).isBetween((long) expected.size(), model.size());
    }

    private void remember(String step) {
        lastSteps.addLast(step);
        if (lastSteps.size() > STEPS_SHOWN) {
            lastSteps.removeFirst();
        }
    }
}
