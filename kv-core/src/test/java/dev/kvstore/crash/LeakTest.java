package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreLockedException;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * However often a store is opened, and whether that succeeds or not, nothing is left of it after it
 * was closed: no descriptor, no mapping, no thread.
 */
class LeakTest {

    private static final int FAILED_OPENS = 30;

    @TempDir Path root;

    @BeforeEach
    void needsToKnow() throws IOException {
        ProcessResources.assumeKnown();
        root = root.toRealPath();
    }

    @Test
    void openingAndClosingLeavesNothing() throws IOException {
        openAndClose(60);
    }

    @Test
    @Tag("long")
    void openingAndClosingForLongLeavesNothing() throws IOException {
        openAndClose(Integer.getInteger("kv.test.cycles", 1000));
    }

    private void openAndClose(int cycles) throws IOException {
        for (int cycle = 0; cycle < cycles; cycle++) {
            Durability durability = Durability.values()[cycle % Durability.values().length];
            try (KeyValueStore store =
                    StoreOptions.defaults()
                            .withDurability(durability)
                            .withBackgroundCompaction(0.3)
                            .toBuilder(root.resolve("store"))
                            .readOnly(cycle % 5 == 4)
                            .open()) {
                if (cycle % 5 < 4) {
                    fill(store, 0, 100, cycle, 1000);
                }
                assertThat(store.size()).isEqualTo(100);
            }
        }
        ProcessResources.assertNothingHeld(root);
    }

    @Test
    void anOpenThatFindsTheStoreLockedLeavesNothing() throws IOException {
        failToOpenTwice(root.resolve("store"));
        ProcessResources.assertNothingHeld(root);
    }

    private static void failToOpenTwice(Path directory) {
        try (KeyValueStore first = open(directory)) {
            for (int i = 0; i < FAILED_OPENS; i++) {
                assertThatExceptionOfType(StoreLockedException.class)
                        .isThrownBy(() -> open(directory));
            }
            first.set("k", "v");
        }
    }

    @Test
    void anOpenThatFindsNoStoreToReadLeavesNothing() throws IOException {
        for (int i = 0; i < FAILED_OPENS; i++) {
            assertThatExceptionOfType(KeyValueStoreException.class)
                    .isThrownBy(
                            () ->
                                    StoreOptions.defaults().withReadOnly(true).toBuilder(
                                                    root.resolve("none"))
                                            .open());
        }
        ProcessResources.assertNothingHeld(root);
        assertThat(root).isEmptyDirectory();
    }

    private static KeyValueStore open(Path directory) {
        return StoreOptions.defaults().toBuilder(directory).freeDiskFloorBytes(0).open();
    }
}
