package dev.kvstore.internal.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.testing.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is written, the space that a store takes stays in proportion to what lives in it. */
class SpaceTest {

    private static final int SEGMENT_BYTES = 64 << 10;

    @TempDir Path directory;

    /** One obsolete record in a segment with hardly any garbage keeps all later tombstones. */
    @Test
    void tombstonesDoNotPileUp() {
        byte[] value = new byte[100];
        try (KeyValueStore store = open(0.4)) {
            for (int i = 0; i < 5_000; i++) {
                set(store, "lasting" + i, value);
            }
            set(store, "lasting7", value);
            for (int i = 0; i < 5_000; i++) {
                set(store, "later" + i, value);
            }
            for (int i = 0; i < 50_000; i++) {
                set(store, "passing" + i, value);
                store.delete("passing" + i);
            }

            awaitUntil(() -> store.stats().garbageRatio() < 0.5);
            assertThat(store.size()).isEqualTo(10_000);
        }
    }

    /** Behind each there is a gap in which nothing fits. */
    @Test
    void obsoleteLargeValuesGo() {
        try (KeyValueStore store = open(0.6)) {
            int[] writes = {0};
            awaitUntil( // it goes on to be written, or the store would be quiet
                    () -> {
                        set(store, "large", new byte[SEGMENT_BYTES * 52 / 100]);
                        return ++writes[0] > 60 && store.stats().segments() < 30;
                    });
        }
    }

    @Test
    void damageInOneSegmentKeepsNoneOfTheOthers() throws IOException {
        Random random = new Random(1);
        try (KeyValueStore store = open(0.4)) {
            for (int i = 0; i < 2_000; i++) {
                set(store, "key" + i, new byte[1_000]);
            }
            for (int i = 0; i < 70; i++) {
                set(store, "key" + i, new byte[1_000]); // all that is in the first segment
            }
            damage(directory.resolve("store/segment-00000000.kvs"));
            for (int i = 0; i < 20_000; i++) {
                set(store, "key" + random.nextInt(2_000), new byte[1_000]);
            }

            awaitUntil(() -> store.stats().garbageRatio() < 0.5);
            assertThatExceptionOfType(StoreCorruptedException.class).isThrownBy(store::compact);
            assertThat(store.stats().garbageBytes()).isLessThan(2 * SEGMENT_BYTES);
            assertThat(store.size()).isEqualTo(2_000);
        }
    }

    @Test
    void aLargeValueDoesNotTakeTheFileOfALargerOne() throws InterruptedException {
        try (KeyValueStore store = open(0.4)) {
            Thread other =
                    new Thread(
                            () -> {
                                for (int i = 0; i < 30; i++) {
                                    set(store, "largest", new byte[2_000_000]);
                                }
                            });
            other.start();
            for (int i = 0; i < 60; i++) {
                set(store, "large" + i, new byte[100_000]);
            }
            other.join();
            store.compact();

            assertThat(StoreFiles.totalBytes(directory.resolve("store")))
                    .isLessThan(2 * (60 * 100_000L + 2_000_000) + store.stats().indexBytes());
        }
    }

    @Test
    void aKillDoesNotHaveLargeValuesCopied() {
        Path copy = directory.resolve("copy");
        try (KeyValueStore store = open(0.3)) {
            for (int i = 0; i < 30; i++) {
                set(store, "large" + i, new byte[SEGMENT_BYTES * 55 / 100]);
            }
            StoreFiles.copyAtRest(directory.resolve("store"), copy);
        }
        try (KeyValueStore store = builder(copy, 0.3).open()) {
            assertThat(store.stats().recovery().clean()).isFalse();
            store.compact();

            assertThat(store.stats().relocatedBytes()).isLessThan(2 * SEGMENT_BYTES);
        }
    }

    /** A process that dies before the first interval is over, each time, must not pile up. */
    @Test
    void anOpenLooksAtOnceAtWhatWasLeft() {
        KeyValueStoreBuilder builder =
                builder(directory.resolve("store"), 0.4).compactionInterval(Duration.ofDays(365));
        try (KeyValueStore store = builder.backgroundCompaction(false).open()) {
            for (int i = 0; i < 2_000; i++) {
                set(store, "key" + i % 10, new byte[1_000]);
            }
        }
        try (KeyValueStore store = builder.backgroundCompaction(true).open()) {
            awaitUntil(() -> store.stats().garbageRatio() < 0.5 || store.stats().segments() < 3);
        }
    }

    private KeyValueStore open(double garbageRatio) {
        return builder(directory.resolve("store"), garbageRatio).open();
    }

    private static KeyValueStoreBuilder builder(Path path, double garbageRatio) {
        return KeyValueStore.builder()
                .dataPath(path)
                .durability(Durability.OS)
                .segmentSizeBytes(SEGMENT_BYTES)
                .compactionInterval(Duration.ofMillis(50))
                .compactionGarbageRatio(garbageRatio);
    }

    private static void set(KeyValueStore store, String key, byte[] value) {
        store.set(key.getBytes(UTF_8), value);
    }

    private static void damage(Path segment) throws IOException {
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {7}), 30_000);
        }
    }

    private static void awaitUntil(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20)).until(condition);
    }
}
