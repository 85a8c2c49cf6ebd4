package dev.kvstore.internal.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Interception;
import dev.kvstore.testing.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Segments that are made for one large value, and are of no other use. */
class OversizedSegmentTest {

    private static final int SEGMENT_SIZE_BYTES = 64 << 10;
    private static final byte[] LARGE_VALUE = new byte[2 * SEGMENT_SIZE_BYTES];
    private static final byte[] VALUE = new byte[4 << 10];
    private static final String SPARE = "segment.kvs.new";

    private final MemoryStorage memory = new MemoryStorage(Path.of("/memory"));
    private final AtomicInteger oversizedAllocations = new AtomicInteger();
    private volatile boolean full;
    private volatile boolean slow;
    private final CountDownLatch made = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void thoseWhoseSpaceCouldNotBeGivenBackAreNotWrittenAgain() throws Exception {
        leaveFreeOnes(20);
        try (KeyValueStore store = open()) {
            // Compaction copies a half, of which then a half is garbage: an oversized segment among
            // those it copied to would stay, since what is in one is never copied.
            for (int i = 0; i < 240; i++) {
                store.set(key(i % 2 == 0 ? i : 0), VALUE);
            }
            store.compact();
            for (int i = 0; i < 240; i += 4) {
                store.set(key(i), VALUE);
            }
            store.compact();

            assertThat(oversizedFiles()).isZero();
        }
    }

    @Test
    void spaceThatCouldNotBeGivenBackIsAfterTheNextOpen() throws Exception {
        leaveFreeOnes(2);
        try (KeyValueStore store = open()) {
            await().until(() -> oversizedFiles() == 0);
            assertThat(store.size()).isZero();
        }
    }

    private void leaveFreeOnes(int count) throws IOException {
        try (KeyValueStore store = open()) {
            for (int i = 0; i < count; i++) {
                store.set(key(i), LARGE_VALUE);
                store.delete(key(i));
            }
            full = true; // there is no room for the small files that take their places
            store.compact();
        }
        assertThat(oversizedFiles()).isEqualTo(count);
        full = false;
    }

    @Test
    void oneIsMadeOnceForOneValue() throws Exception {
        try (KeyValueStore store = open()) {
            slow = true;
            Thread writer =
                    new Thread(
                            () -> {
                                store.set(key(0), LARGE_VALUE);
                                for (int i = 1; i < 50; i++) {
                                    store.set(key(i), VALUE);
                                }
                            });
            writer.start();
            // The value has its segment, and the writer asks for another one, of the usual size,
            // before the attempt that made the first has ended.
            try {
                assertThat(made.await(30, TimeUnit.SECONDS)).isTrue();
                await().until(() -> store.contains(key(0)) && isAskingForSegment(writer));
            } finally {
                goOn.countDown();
            }
            await().until(() -> !writer.isAlive());
            store.compact();

            assertThat(oversizedAllocations).hasValue(1);
        }
    }

    private static boolean isAskingForSegment(Thread thread) {
        return Stream.of(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("request"));
    }

    private static byte[] key(int number) {
        return ("key" + number).getBytes(UTF_8);
    }

    private long oversizedFiles() {
        return memory.list().stream()
                .filter(name -> name.endsWith(".kvs") && memory.size(name) > SEGMENT_SIZE_BYTES)
                .count();
    }

    private KeyValueStore open() throws IOException {
        StoreOptions options =
                new StoreOptions(
                        Path.of("/memory"),
                        null,
                        Durability.OS,
                        Duration.ofHours(1),
                        SEGMENT_SIZE_BYTES,
                        100,
                        LARGE_VALUE.length,
                        new CompactionOptions(false, Duration.ofHours(1), 0.5, 0),
                        false,
                        true,
                        0,
                        Clock.systemUTC());
        return StoreOpener.open(options, storage());
    }

    /** A disk that can be full for the file that takes the place of another, or slow to make it. */
    private Storage storage() {
        return Interception.of(
                Storage.class,
                memory,
                call -> {
                    if (call.isOf("allocate")) {
                        beforeAllocation((String) call.arguments()[0], (long) call.arguments()[1]);
                    }
                    return call.proceed();
                });
    }

    private void beforeAllocation(String name, long sizeBytes)
            throws IOException, InterruptedException {
        if (name.equals(SPARE) && full) {
            throw new IOException("No space left on the simulated disk");
        }
        if (name.equals(SPARE) && slow && oversizedAllocations.get() == 1) {
            made.countDown();
            goOn.await();
        }
        if (name.endsWith(".kvs") && sizeBytes > SEGMENT_SIZE_BYTES) {
            oversizedAllocations.incrementAndGet();
        }
    }
}
