package dev.kvstore.internal.engine;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreStats;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures that only this engine has. */
class EngineFiguresTest {

    @TempDir private Path directory;

    @Test
    void eachAcknowledgedWriteOfOneThreadIsOneForce() {
        try (KeyValueStore store = open(Durability.SYNC)) {
            long before = store.stats().forces();

            for (int i = 0; i < 10; i++) {
                store.set("key-" + i, "value");
            }

            StoreStats after = store.stats();
            assertThat(after.forces()).isEqualTo(before + 10);
            assertThat(after.forceTime()).isPositive();
        }
    }

    @Test
    void nothingIsForcedWithoutNeed() {
        try (KeyValueStore store = open(Durability.OS)) {
            long before = store.stats().forces();

            fill(store, 0, 10, 1, 100);
            assertThat(store.stats().forces()).isEqualTo(before);

            store.sync();
            store.sync();
            assertThat(store.stats().forces()).isEqualTo(before + 1);
        }
    }

    @Test
    void hintsAndNewSegmentsAreCounted() {
        try (KeyValueStore store = open(Durability.OS)) {
            for (int version = 1; version <= 4; version++) {
                fill(store, 0, 1000, version, 100);
            }
            store.compact();

            StoreStats stats = store.stats();
            assertThat(stats.hintBytes()).isPositive().isLessThan(stats.writtenBytes());
            assertThat(stats.allocatedBytes()).isPositive();
            assertThat(stats.allocatedBytes() % (64 << 10)).isZero();
        }
    }

    private KeyValueStore open(Durability durability) {
        return KeyValueStore.builder()
                .dataPath(directory)
                .durability(durability)
                .segmentSizeBytes(64 << 10)
                .backgroundCompaction(false)
                .open();
    }
}
