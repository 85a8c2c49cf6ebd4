package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Interception;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store says of itself is at hand: whoever asks never waits for the disk. */
class FiguresAtHandTest {

    @TempDir Path directory;

    private final List<String> callsOfThisThread = new CopyOnWriteArrayList<>();

    @Test
    void askingForFiguresReachesNoDisk() throws IOException {
        Thread thisThread = Thread.currentThread();
        try (Storage disk = DiskStorage.open(directory, true);
                KeyValueStore store = StoreOpener.open(options(), watched(disk, thisThread))) {
            store.set("key", "value");
            store.compact();
            callsOfThisThread.clear();

            assertThat(store.stats().keys()).isOne();
            assertThat(store.compactionStatus().lastReport()).isNotNull();

            assertThat(callsOfThisThread).isEmpty();
        }
    }

    @Test
    void freeDiskIsLookedAtByTheStoreItself() throws IOException {
        try (KeyValueStore store = builder().freeDiskFloorBytes(12_345).open()) {
            Awaitility.await().until(() -> store.stats().freeDiskBytes() >= 0);
            assertThat(store.stats().freeDiskBytes())
                    .isLessThanOrEqualTo(Files.getFileStore(directory).getTotalSpace());
            assertThat(store.stats().freeDiskFloorBytes()).isEqualTo(12_345);
        }
    }

    @Test
    void readOnlyStoreDoesNotLookAtTheDisk() {
        builder().open().close();
        try (KeyValueStore store = builder().readOnly(true).open()) {
            assertThat(store.stats().freeDiskBytes()).isEqualTo(-1);
        }
    }

    private Storage watched(Storage disk, Thread thread) {
        return Interception.of(
                Storage.class,
                disk,
                call -> {
                    if (Thread.currentThread() == thread && !call.isOf("directory")) {
                        callsOfThisThread.add(call.method().getName());
                    }
                    return call.proceed();
                });
    }

    private KeyValueStoreBuilder builder() {
        return KeyValueStore.builder().dataPath(directory).segmentSizeBytes(64 << 10);
    }

    private StoreOptions options() {
        return new StoreOptions(
                directory,
                null,
                Durability.SYNC,
                Duration.ofSeconds(1),
                64 << 10,
                100,
                1000,
                new CompactionOptions(false, Duration.ofSeconds(1), 0.4, 0),
                false,
                true,
                0,
                Clock.systemUTC());
    }
}
