package dev.kvstore.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** So many records that the threads which read them meet at the index, again and again. */
class IndexRebuildTest {

    private static final int KEYS = 100_000;
    private static final int REBUILDS = 3;

    @TempDir Path directory;

    @Test
    void everyRecordIsFoundByOneOfTheThreads() throws Exception {
        int present = 0;
        try (KeyValueStore store = open()) {
            for (int i = 0; i < KEYS; i++) {
                store.set(key(i), value(i));
            }
            for (int i = 0; i < KEYS; i++) {
                if (i % 3 == 0) {
                    store.delete(key(i));
                } else {
                    present++;
                }
                if (i % 5 == 0) {
                    store.update(key(i), value(-i));
                }
            }
            assertThat(store.size()).isEqualTo(present);
        }
        for (int round = 0; round < REBUILDS; round++) {
            // From no file at all it starts with few pages: they split and the table is doubled
            // while threads have shards.
            Files.delete(directory.resolve("index.kvi"));
            try (KeyValueStore store = open()) {
                assertThat(store.stats().recovery().clean()).isFalse();
                assertThat(store.size()).isEqualTo(present);
                for (int i = 0; i < KEYS; i++) {
                    byte[] expected = i % 3 == 0 ? null : value(i % 5 == 0 ? -i : i);
                    assertThat(store.get(key(i))).isEqualTo(expected);
                }
                assertThat(store.verify().isSound()).isTrue();
            }
        }
    }

    private KeyValueStore open() {
        return KeyValueStore.builder()
                .dataPath(directory)
                .durability(Durability.OS)
                .segmentSizeBytes(1 << 20)
                .backgroundCompaction(false)
                .open();
    }

    private static byte[] key(int i) {
        return ByteBuffer.allocate(4).putInt(i).array();
    }

    private static byte[] value(int i) {
        return ByteBuffer.allocate(8).putLong(i).array();
    }
}
