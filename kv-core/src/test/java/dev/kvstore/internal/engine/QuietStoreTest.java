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

/** What background compaction has freed is given back when nobody writes any more. */
class QuietStoreTest {

    @TempDir Path directory;

    @Test
    void quietStoreKeepsTwoFreeSegmentsAtMost() {
        try (KeyValueStore store =
                KeyValueStore.builder()
                        .dataPath(directory)
                        .durability(Durability.OS)
                        .segmentSizeBytes(64 << 10)
                        .open()) {
            byte[] value = new byte[1000];
            for (int i = 0; i < 2_000; i++) {
                store.set(("key" + i % 10).getBytes(UTF_8), value);
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    store.stats().compactions() > 0
                                            && store.stats().freeSegments() <= 2);
            assertThat(store.size()).isEqualTo(10);
        }
    }
}
