package dev.kvstore.internal.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFullException;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Interception;
import dev.kvstore.testing.MemoryStorage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A disk that was full when the store looked, and is not any more. */
class RoomMadeMeanwhileTest {

    private static final long MUCH = 1L << 30;
    private static final byte[] VALUE = new byte[16 << 10];

    private final AtomicLong room = new AtomicLong(MUCH);
    private final CountDownLatch looked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean held;

    @Test
    void whoAsksDuringAnAttemptThatFailsGetsOneOfHisOwn() throws Exception {
        try (KeyValueStore store = StoreOpener.open(options(), storage())) {
            room.set(0);
            assertThatThrownBy(() -> writeForEver(store)).isInstanceOf(StoreFullException.class);
            held = true;
            CompletableFuture<Void> write;
            try {
                // The store tries again by itself, and has seen that there is no room.
                assertThat(looked.await(30, TimeUnit.SECONDS)).isTrue();
                room.set(MUCH);
                AtomicReference<Thread> writer = new AtomicReference<>();
                write =
                        CompletableFuture.runAsync(
                                () -> store.set("more".getBytes(UTF_8), VALUE),
                                task -> {
                                    Thread thread = new Thread(task);
                                    writer.set(thread);
                                    thread.start();
                                });
                await().until(() -> writer.get().getState() == Thread.State.WAITING);
            } finally {
                released.countDown(); // else a failure here would hang in the close
            }

            write.get(30, TimeUnit.SECONDS);
            assertThat(store.contains("more".getBytes(UTF_8))).isTrue();
        }
    }

    private static void writeForEver(KeyValueStore store) {
        for (int i = 0; ; i++) {
            store.set(("key" + i).getBytes(UTF_8), VALUE);
        }
    }

    private static StoreOptions options() {
        return new StoreOptions(
                Path.of("/memory"),
                null,
                Durability.OS,
                Duration.ofHours(1),
                64 << 10,
                100,
                VALUE.length,
                new CompactionOptions(false, Duration.ofHours(1), 0.5, 0),
                false,
                true,
                0,
                Clock.systemUTC());
    }

    /** A disk whose room is told here, and that can be slow to tell it. */
    private Storage storage() {
        return Interception.of(
                Storage.class,
                new MemoryStorage(Path.of("/memory")),
                call -> call.isOf("usableBytes") ? usableBytes() : call.proceed());
    }

    private long usableBytes() throws InterruptedException {
        long usable = room.get();
        boolean isToAllocate =
                StackWalker.getInstance()
                        .walk(
                                frames ->
                                        frames.anyMatch(
                                                frame ->
                                                        frame.getMethodName().contains("llocate")));
        if (held && isToAllocate) {
            looked.countDown();
            released.await();
        }
        return usable;
    }
}
