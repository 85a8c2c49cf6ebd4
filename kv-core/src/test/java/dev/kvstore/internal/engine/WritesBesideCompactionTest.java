package dev.kvstore.internal.engine;

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
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where writes do not wait for the disk, they do not wait for that of compaction either: during
 * each call that an engine thread makes to it, others write.
 */
class WritesBesideCompactionTest {

    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int KEYS = 200;
    private static final byte[] VALUE = new byte[1_000];
    private static final byte[] SMALL_VALUE = new byte[10];
    private static final long PATIENCE_SECONDS = 20;

    private final Set<String> passed = ConcurrentHashMap.newKeySet();
    private final Set<String> heldUp = ConcurrentHashMap.newKeySet();
    private volatile @Nullable KeyValueStore compacted;

    @ParameterizedTest
    @EnumSource(names = {"OS", "INTERVAL"})
    void noCallOfTheDiskHoldsWritersUp(Durability durability) {
        Storage storage = observed(new MemoryStorage(path()));
        try (KeyValueStore store = StoreOpener.open(options(durability), storage)) {
            for (int i = 0; i < KEYS; i++) {
                store.set(new byte[] {1, (byte) i}, VALUE);
            }
            for (int i = 0; i < KEYS; i += 2) {
                store.set(new byte[] {1, (byte) i}, VALUE);
            }
            store.set(new byte[] {1, 0}, VALUE); // garbage in the tail, too
            store.set(new byte[] {1, 0}, VALUE);
            await().until(() -> store.stats().freeSegments() > 0); // else writers wait for one
            compacted = store;

            assertThat(store.compact().recordsRelocated()).isPositive();

            compacted = null;
        }

        assertThat(heldUp).isEmpty();
        assertThat(passed).contains("kv-compactor force", "kv-sealer force", "kv-preparer force");
    }

    private Storage observed(Storage storage) {
        return Interception.ofDisk(
                storage,
                call -> {
                    KeyValueStore store = compacted;
                    String thread = Thread.currentThread().getName();
                    if (store != null && thread.startsWith("kv-") && reachesTheDisk(call)) {
                        writeBeside(store, thread + " " + call.method().getName());
                    }
                    return call.proceed();
                });
    }

    private static boolean reachesTheDisk(Interception.Call call) {
        return Arrays.asList(call.method().getExceptionTypes()).contains(IOException.class);
    }

    private void writeBeside(KeyValueStore store, String call) throws Exception {
        if (!heldUp.isEmpty()) {
            return; // one is enough to see it
        }
        try {
            CompletableFuture.runAsync(() -> store.set(new byte[] {2}, SMALL_VALUE))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            passed.add(call);
        } catch (TimeoutException e) {
            heldUp.add(call);
        }
    }

    private static Path path() {
        return Path.of("/beside");
    }

    private static StoreOptions options(Durability durability) {
        return new StoreOptions(
                path(),
                null,
                durability,
                Duration.ofHours(1),
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
