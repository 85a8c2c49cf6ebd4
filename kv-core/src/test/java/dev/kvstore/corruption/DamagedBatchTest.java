package dev.kvstore.corruption;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreState;
import dev.kvstore.WriteBatch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damage to one record of a key that a batch writes refuses that batch, and nothing else. */
class DamagedBatchTest {

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aBatchThatMeetsDamageIsRefusedAsAWhole(Durability durability) throws IOException {
        try (KeyValueStore store =
                KeyValueStore.builder().dataPath(directory).durability(durability).open()) {
            store.set("sound", "old");
            store.set("damaged", "old");
            flipABitOf("damaged");
            WriteBatch batch =
                    new WriteBatch().set("sound", "new").set("damaged", "new").set("other", "new");

            assertThatExceptionOfType(StoreCorruptedException.class)
                    .isThrownBy(() -> store.write(batch));

            assertThat(store.stats().state()).isEqualTo(StoreState.OPEN);
            assertThat(store.get("sound")).isEqualTo("old");
            assertThat(store.contains("other")).isFalse();
            store.write(new WriteBatch().set("sound", "newer").set("other", "newer"));
            assertThat(store.get("sound")).isEqualTo("newer");
            assertThat(store.get("other")).isEqualTo("newer");
        }
    }

    private void flipABitOf(String key) throws IOException {
        Path segment = directory.resolve("segment-00000000.kvs");
        long at = new String(Files.readAllBytes(segment), ISO_8859_1).indexOf(key);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            int found = file.read();
            file.seek(at);
            file.write(found ^ 1);
        }
    }
}
