package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.fill;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An open that fails on its way gives back what it had taken until then. */
class FailedOpenLeakTest {

    private static final int FAILED_OPENS = 30;

    @TempDir Path root;

    @BeforeEach
    void needsToKnow() throws IOException {
        ProcessResources.assumeKnown();
        root = root.toRealPath();
    }

    @Test
    void anOpenThatFindsDamageLeavesNothing() throws IOException {
        Path directory = root.resolve("store");
        try (KeyValueStore store = open(directory)) {
            fill(store, 0, 300, 1, 1000);
        }
        for (String file : new String[] {"segment-00000002.kvs", "store.kv"}) {
            damage(directory.resolve(file));
            for (int i = 0; i < FAILED_OPENS; i++) {
                assertThatExceptionOfType(StoreCorruptedException.class)
                        .as(file)
                        .isThrownBy(() -> open(directory));
            }
            ProcessResources.assertNothingHeld(root);
        }
    }

    @Test
    void anOpenThatFindsTheDiskFullLeavesNothing() throws IOException {
        try (SmallDisk disk = SmallDisk.givenOrInMemory(24)) {
            for (int left = 0; left < 4 << 20; left += 140_000) {
                disk.leave(left);
                assertThatExceptionOfType(StoreFullException.class)
                        .isThrownBy(() -> open(disk.root().resolve("store")));
                disk.makeRoom();
            }
            ProcessResources.assertNothingHeld(disk.root());
        }
    }

    private static KeyValueStore open(Path directory) {
        return StoreOptions.defaults().toBuilder(directory).freeDiskFloorBytes(0).open();
    }

    private static void damage(Path file) throws IOException {
        assertThat(Files.exists(file)).isTrue();
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.write("no longer what it was ".repeat(200).getBytes(US_ASCII));
        }
    }
}
