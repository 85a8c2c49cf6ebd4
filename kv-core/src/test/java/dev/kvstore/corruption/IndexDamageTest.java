package dev.kvstore.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.TestData;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A store whose index was damaged while it was closed: everything is there, and so is the log. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IndexDamageTest {

    private static final int KEYS = 2000;

    /** From where on the pages of slots are; before are the header and the page table. */
    private static final int FIRST_SLOTS = 2 * 4096;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(Durability.class)
    void writesOfADamagedPageAreRefusedBeforeAnythingIsAppended(Durability durability)
            throws IOException {
        StoreOptions options = StoreOptions.defaults().withDurability(durability);
        StoreContents before;
        try (KeyValueStore store = open(options)) {
            TestData.fill(store, 0, KEYS, 1, 20);
            before = StoreContents.of(store);
        }
        damageAllPagesOfSlots();

        try (KeyValueStore store = open(options)) {
            StoreStats opened = store.stats();
            byte[] value = TestData.bytes("new");
            for (int i = 0; i < KEYS; i += 50) {
                byte[] key = TestData.key(i);
                byte[] other = TestData.key(KEYS + i);
                assertRefused(() -> store.get(key));
                assertRefused(() -> store.get(other));
                assertRefused(() -> store.contains(key));
                assertRefused(() -> store.getAll(new byte[][] {key}));
                assertRefused(() -> store.set(key, value));
                assertRefused(() -> store.set(other, value));
                assertRefused(() -> store.update(key, value));
                assertRefused(() -> store.setIfAbsent(other, value));
                assertRefused(() -> store.delete(key));
                assertRefused(() -> store.write(new WriteBatch().set(other, value)));
                assertRefused(() -> store.write(new WriteBatch().delete(key)));
            }
            assertRefused(() -> StoreContents.of(store));
            assertThat(store.stats().writtenBytes()).isEqualTo(opened.writtenBytes());
            assertThat(store.stats().lastSequence()).isEqualTo(opened.lastSequence());
            assertThat(store.stats().state()).isEqualTo(StoreState.OPEN);
        }

        try (KeyValueStore store = open(options)) {
            assertThat(store.stats().recovery().clean()).isFalse();
            StoreContents.of(store).assertSameAs(before);
            TestData.fill(store, 0, KEYS, 2, 20);
        }
        try (KeyValueStore store = open(options)) {
            assertThat(store.stats().recovery().clean()).isTrue();
            TestData.assertHolds(store, KEYS - 1, 2, 20);
        }
    }

    private static void assertRefused(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(StoreCorruptedException.class)
                .hasMessageContaining("No data is lost");
    }

    private KeyValueStore open(StoreOptions options) {
        return options.toBuilder(directory).open();
    }

    private void damageAllPagesOfSlots() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("index.kvi").toFile(), "rw")) {
            file.seek(40);
            int pageCount = Integer.reverseBytes(file.readInt());
            for (int at = FIRST_SLOTS; at < pageCount * 4096; at += 4096) {
                file.seek(at + 4000);
                int old = file.read();
                file.seek(at + 4000);
                file.write(old ^ 4);
            }
        }
    }
}
