package dev.kvstore.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.testing.StoreOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged records whose segment's hint lists them. A rebuild of the index does not read them, and
 * must not let an older record of the key win because of what the damage did to the newer one.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HintedDamageTest {

    private static final StoreOptions OPTIONS =
            StoreOptions.defaults().withSegmentSizeBytes(SampleStore.SEGMENT_SIZE);
    private static final String FIRST = "segment-00000000.kvs";

    @TempDir Path directory;

    private Map<String, byte[]> files = new TreeMap<>();

    /** All records of the keys are in the first segment, which is full and has a hint. */
    @BeforeEach
    void fillASegment() {
        Path whole = directory.resolve("whole");
        String filler = "f".repeat(4000);
        try (KeyValueStore store = OPTIONS.toBuilder(whole).open()) {
            store.set("updated", "old" + filler);
            store.set("deleted", "old" + filler);
            store.set("updated", "new" + filler);
            store.delete("deleted");
            for (int i = 0; i < 20; i++) {
                store.set("other-" + i, filler);
            }
        }
        files = Damage.without(SampleStore.read(whole), SampleStore.INDEX);
        assertThat(files.get(FIRST.replace(".kvs", ".hint")).length).isGreaterThan(88);
    }

    @Test
    void theOldValueIsNotReadIfTheNewOnesKeyIsDamaged() {
        RawSegment.Raw newer = record("updated", 1);
        assertIsUnreadable(Damage.flip(files, FIRST, newer.offset() + newer.headerSize() + 2, 3));
    }

    /**
     * The sequence is at 8; its upper bytes are zero, so any of these makes it huge, or smaller.
     */
    @ParameterizedTest
    @ValueSource(ints = {8, 9, 12, 15})
    void theOldValueIsNotReadIfASequenceIsDamaged(int at) {
        for (int bit = 0; bit < 8; bit += 7) {
            assertIsUnreadable(Damage.flip(files, FIRST, record("updated", 1).offset() + at, bit));
            assertNewIsRead(Damage.flip(files, FIRST, record("updated", 0).offset() + at, bit));
        }
        assertIsUnreadable(Damage.zero(files, FIRST, record("updated", 1).offset() + 8, 8));
    }

    @Test
    void theOldValueIsNotReadIfTheNewOnesHeaderIsZero() {
        assertIsUnreadable(Damage.zero(files, FIRST, record("updated", 1).offset(), 20));
    }

    @Test
    void theNewValueIsReadIfTheOldOneIsDamaged() {
        RawSegment.Raw older = record("updated", 0);
        assertNewIsRead(Damage.flip(files, FIRST, older.offset() + older.headerSize() + 2, 3));
        assertNewIsRead(Damage.zero(files, FIRST, older.offset(), 20));
    }

    @Test
    void aDeletedKeyDoesNotComeBackIfItsTombstoneIsDamaged() {
        RawSegment.Raw tombstone = record("deleted", 1);
        for (int at : new int[] {4, 6, 8, 15, 16, tombstone.headerSize() + 1}) {
            try (KeyValueStore store =
                    open(Damage.flip(files, FIRST, tombstone.offset() + at, 1), "t" + at)) {
                assertThat(store.get("deleted")).isNull();
                assertThat(store.get("updated")).startsWith("new");
            }
        }
    }

    private void assertIsUnreadable(Map<String, byte[]> damaged) {
        try (KeyValueStore store = open(damaged, "u" + Arrays.hashCode(damaged.get(FIRST)))) {
            assertThatThrownBy(() -> store.get("updated"))
                    .isInstanceOf(StoreCorruptedException.class);
            assertThat(store.get("deleted")).isNull();
        }
    }

    private void assertNewIsRead(Map<String, byte[]> damaged) {
        try (KeyValueStore store = open(damaged, "n" + Arrays.hashCode(damaged.get(FIRST)))) {
            assertThat(store.get("updated")).startsWith("new");
            assertThat(store.scan("updated")).hasSize(1);
        }
    }

    private KeyValueStore open(Map<String, byte[]> damaged, String name) {
        SampleStore.write(damaged, directory.resolve(name));
        return OPTIONS.toBuilder(directory.resolve(name)).open();
    }

    /** Returns one of the records of a key, from the oldest on. */
    private RawSegment.Raw record(String key, int which) {
        byte[] file = files.get(FIRST);
        return new RawSegment(file)
                .records.stream()
                        .filter(
                                record -> {
                                    int at = record.offset() + record.headerSize();
                                    return new String(file, at, record.keySize()).equals(key);
                                })
                        .skip(which)
                        .findFirst()
                        .orElseThrow();
    }
}
