package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kvstore.CompactionReport;
import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreListener;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Interception;
import dev.kvstore.testing.MemoryStorage;
import dev.kvstore.testing.Workers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Writers are faster than the disk, so that there is a full segment without a hint at every moment.
 * Whoever waits for those that are full does not wait for those that fill meanwhile.
 */
class OutrunDiskTest {

    private static final int SEGMENT_BYTES = 64 << 10;
    private static final byte[] VALUE = new byte[8_000];
    private static final int WRITES_A_SEGMENT = SEGMENT_BYTES / VALUE.length;
    private static final long LONGEST_FORCE_NANOS = 50_000_000;

    private final AtomicInteger written = new AtomicInteger();
    private volatile int writtenAtLastForce;
    private volatile boolean writersEnded;
    private final KeyValueStore store =
            StoreOpener.open(options(), slow(new MemoryStorage(path())));
    private final Workers workers = new Workers();

    @Test
    void compactionReturnsWhileWritersOutrunTheDisk() throws InterruptedException {
        workers.meanwhile(this::write);
        await().until(() -> written.get() > 4 * WRITES_A_SEGMENT);

        workers.start(() -> assertThat(store.compact().segmentsCompacted()).isPositive());

        workers.finish();
        writersEnded = true;
        store.close();
    }

    @Test
    void closeReturnsWhileCompactionWaitsForTheDisk() throws InterruptedException {
        workers.meanwhile(this::write);
        await().until(() -> written.get() > 4 * WRITES_A_SEGMENT);
        CountDownLatch compacting = new CountDownLatch(1);
        store.addListener(
                new StoreListener() {
                    @Override
                    public BiConsumer<@Nullable CompactionReport, @Nullable Throwable>
                            compactionStarted() {
                        compacting.countDown();
                        return (report, failure) -> {};
                    }
                });
        workers.start(
                () ->
                        assertThatExceptionOfType(StoreClosedException.class)
                                .isThrownBy(store::compact));
        compacting.await();

        workers.start(
                () -> {
                    store.close();
                    writersEnded = true;
                });

        workers.finish();
    }

    private void write() {
        try {
            store.set(new byte[] {(byte) (written.get() % 50)}, VALUE);
            written.incrementAndGet();
        } catch (StoreClosedException e) {
            writersEnded = true;
        }
    }

    /**
     * Something is on the disk once another segment is full, or when writers have to wait for it.
     */
    private void awaitAnotherSegment() {
        long end = System.nanoTime() + LONGEST_FORCE_NANOS;
        while (!writersEnded
                && written.get() < writtenAtLastForce + 2 * WRITES_A_SEGMENT
                && System.nanoTime() < end) {
            LockSupport.parkNanos(10_000);
        }
        writtenAtLastForce = written.get();
    }

    private Storage slow(Storage storage) {
        return Interception.ofDisk(
                storage,
                call -> {
                    if (call.isOf("force")
                            && call.original() instanceof MappedRegion region
                            && region.buffer().capacity() == SEGMENT_BYTES
                            && Thread.currentThread().getName().equals("kv-sealer")) {
                        awaitAnotherSegment();
                    }
                    return call.proceed();
                });
    }

    private static Path path() {
        return Path.of("/outrun");
    }

    private static StoreOptions options() {
        return new StoreOptions(
                path(),
                null,
                Durability.OS,
                Duration.ofSeconds(1),
                SEGMENT_BYTES,
                1_000,
                1 << 20,
                new CompactionOptions(false, Duration.ofHours(1), 0.4, 0),
                false,
                true,
                0,
                Clock.systemUTC());
    }
}
