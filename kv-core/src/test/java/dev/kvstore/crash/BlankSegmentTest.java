package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk that lost a block gives zeros for it. A full segment that begins with zeros looks like one
 * that was never used, and must not be taken for one.
 */
class BlankSegmentTest {

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(ints = {128, 4096, StoreOptions.SMALL_SEGMENT_BYTES})
    void aFullSegmentThatLostItsHeaderIsDamage(int lostBytes) throws IOException {
        try (KeyValueStore store = open()) {
            fill(store, 0, 300, 1, 1000);
        }
        Path segment = directory.resolve("segment-00000002.kvs");
        assertThat(directory.resolve("segment-00000002.hint")).exists();
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.write(new byte[lostBytes]);
        }

        assertThatExceptionOfType(StoreCorruptedException.class)
                .isThrownBy(this::open)
                .withMessageContaining(segment.getFileName().toString());
    }

    private KeyValueStore open() {
        return StoreOptions.defaults().toBuilder(directory).open();
    }
}
