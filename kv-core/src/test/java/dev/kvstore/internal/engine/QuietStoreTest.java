package dev.kvstore.internal.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When nobody writes any more, a store needs less of the disk. */
class QuietStoreTest {

    @TempDir Path directory;

    @Test
    void itKeepsOneFreeSegmentAtMost() {
        try (KeyValueStore store = open()) {
            for (int i = 0; i < 2_000; i++) {
                set(store, i % 10);
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    store.stats().compactions() > 0
                                            && store.stats().freeSegments() <= 1);
            assertThat(store.size()).isEqualTo(10);
        }
    }

    /** A quarter of the log is garbage: too little to compact while segments fill. */
    @Test
    void itKeepsLessGarbage() {
        try (KeyValueStore store = open()) {
            for (int i = 0; i < 1_000; i++) {
                set(store, i);
            }
            for (int i = 0; i < 1_000; i += 3) {
                set(store, i);
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    store.stats().compactions() > 0
                                            && store.stats().garbageRatio() < 0.2);
            assertThat(store.size()).isEqualTo(1_000);
        }
    }

    private KeyValueStore open() {
        return KeyValueStore.builder()
                .dataPath(directory)
                .durability(Durability.OS)
                .segmentSizeBytes(64 << 10)
                .open();
    }

    private static void set(KeyValueStore store, int key) {
        store.set(("key" + key).getBytes(UTF_8), new byte[1000]);
    }
}
