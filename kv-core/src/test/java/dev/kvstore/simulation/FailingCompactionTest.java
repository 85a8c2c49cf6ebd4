package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.CompactionReport;
import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFailedException;
import dev.kvstore.StoreListener;
import dev.kvstore.StoreState;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A compaction in the background that fails is tried again at the next interval and not at once: it
 * would take a processor, and fill the log, for as long as the disk is as it is.
 */
class FailingCompactionTest {

    private static final Duration INTERVAL = Duration.ofMillis(250);

    /** Much longer than it takes until a store in which nobody writes gives free segments back. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(2);

    private static final String THIRD_OF_A_SEGMENT = "x".repeat(3650);

    private final SimulatedStorage disk = new SimulatedStorage();
    private final AtomicLong attempts = new AtomicLong();
    private volatile boolean failing;

    @Test
    void isTriedAgainAfterAPause() {
        KeyValueStore store = StoreOpener.open(options(), disk);
        store.addListener(new Counter());
        // One that goes well leaves segments that are to be given back when the store is quiet.
        overwriteUntil(store, () -> store.stats().compactions() > 0);
        failing = true;
        overwriteUntil(store, () -> store.stats().compactionFailures() > 0);

        long before = attempts.get();
        long startedAt = System.nanoTime();
        Awaitility.await().pollDelay(LONG_ENOUGH).until(() -> attempts.get() >= before + 2);
        long tried = attempts.get() - before;
        long intervals = (System.nanoTime() - startedAt) / INTERVAL.toNanos();

        // Without a pause there would be thousands.
        assertThat(tried).as("attempts in %d intervals", intervals).isLessThan(4 * intervals);
        close(store);
        disk.free();
    }

    private static void overwriteUntil(KeyValueStore store, Callable<Boolean> happened) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(
                        () -> {
                            if (store.stats().state() != StoreState.FAILED) {
                                overwrite(store);
                            }
                            return happened.call();
                        });
    }

    private static void overwrite(KeyValueStore store) {
        try {
            for (int i = 0; i < 3; i++) {
                store.set(History.key(i), THIRD_OF_A_SEGMENT);
            }
        } catch (StoreFailedException e) {
            // What compaction could not force was written by the same store.
        }
    }

    private void close(KeyValueStore store) {
        failing = false;
        disk.failWith(Faults.none());
        try {
            store.close();
        } catch (StoreFailedException e) {
            // It says so, and has released everything.
        }
        assertThat(disk.mappedRegions()).isZero();
    }

    private final class Counter implements StoreListener {

        @Override
        public BiConsumer<@Nullable CompactionReport, @Nullable Throwable> compactionStarted() {
            attempts.incrementAndGet();
            if (failing) {
                // Not in the middle of a pass, which might have done all there was to do by then.
                disk.failWith(Faults.in("kv-compactor", Faults.Kind.EIO));
            }
            return (report, failure) -> {};
        }
    }

    private static StoreOptions options() {
        return new StoreOptions(
                Path.of("/simulated"),
                null,
                Durability.OS,
                Duration.ofHours(1),
                World.SEGMENT_SIZE_BYTES,
                1000,
                1 << 20,
                new CompactionOptions(true, INTERVAL, 0.2, 0),
                false,
                true,
                0,
                Clock.systemUTC());
    }
}
