package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HintTest {

    private static final int SIZE_BYTES = 64 << 10;

    @TempDir Path directory;

    private final Segment segment = Records.segment(5, SIZE_BYTES, 9);
    private final Records records = Records.to(segment);
    private Storage storage;

    @BeforeEach
    void openStorage() throws IOException {
        storage = DiskStorage.open(directory, true);
    }

    @Test
    void listsLargeRecords() throws IOException {
        int first = records.value("a", "x".repeat(2_000));
        int second = records.expiring("b", "y".repeat(2_000), 123);
        int third = records.tombstone("a", 8);
        records.mark(64);
        write();

        Hint hint = read();
        assertThat(hint).isNotNull();
        assertThat(hint.isListed()).isTrue();
        assertThat(hint.end()).isEqualTo(segment.tail);
        assertThat(hint.entryCount()).isEqualTo(3);
        assertThat(hint.lastSequence()).isEqualTo(4);
        assertThat(hint.tombstoneGeneration()).isEqualTo(8);
        assertEntry(hint, 0, first, 1, false);
        assertEntry(hint, 1, second, 2, false);
        assertEntry(hint, 2, third, 3, true);
        Expirations expirations = new Expirations();
        hint.restore(expirations);
        assertThat(expirations.earliest()).isEqualTo(123);
        assertThat(expirations.latest()).isEqualTo(123);
        assertThat(expirations.bytes()).isEqualTo(RecordFormat.size(segment.buffer, second));
    }

    @Test
    void listsOnlyWhatIsWorthItsSpace() throws IOException {
        for (int i = 0; i < 100; i++) {
            records.value("key" + i, "value");
        }
        write();

        Hint hint = read();
        assertThat(hint).isNotNull();
        assertThat(hint.isListed()).isFalse();
        assertThat(hint.entryCount()).isEqualTo(100);
        assertThat(Files.size(file())).isEqualTo(HintFormat.HEADER_SIZE_BYTES);
    }

    @Test
    void isNoneIfMissingEmptyOrShort() throws IOException {
        assertThat(read()).isNull();
        Files.createFile(file());
        assertThat(read()).isNull();
        records.value("a", "x".repeat(2_000));
        write();
        byte[] whole = Files.readAllBytes(file());
        for (int size : new int[] {1, HintFormat.HEADER_SIZE_BYTES, whole.length - 1}) {
            Files.write(file(), Arrays.copyOf(whole, size));
            assertThat(read()).as("%d bytes", size).isNull();
        }
    }

    @Test
    void isNoneIfAnyByteIsDamaged() throws IOException {
        records.value("a", "x".repeat(2_000));
        write();
        byte[] bytes = Files.readAllBytes(file());
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 1;
            Files.write(file(), bytes);
            assertThat(read()).as("byte %d", i).isNull();
            bytes[i] ^= 1;
        }
        Files.write(file(), bytes);
        assertThat(read()).isNotNull();
    }

    @Test
    void isNoneForAnotherLifeAndAnotherStore() throws IOException {
        records.value("a", "1");
        write();

        assertThat(Hint.read(storage, segment, Records.STORE_ID + 1)).isNull();
        segment.begin(Segment.Kind.HOT, 10, 9);
        assertThat(read()).isNull();
    }

    @Test
    void takesThePlaceOfALongerOne() throws IOException {
        records.value("a", "x".repeat(2_000));
        records.value("b", "x".repeat(2_000));
        write();
        long before = Files.size(file());
        segment.begin(Segment.Kind.HOT, 10, 9);
        Records.to(segment).value("a", "1");
        write();

        assertThat(Files.size(file())).isEqualTo(before);
        Hint hint = read();
        assertThat(hint).isNotNull();
        assertThat(hint.entryCount()).isEqualTo(1);
    }

    @Test
    void isNotWrittenForASegmentThatIsDamaged() {
        int offset = records.value("a", "1");
        segment.buffer.put(offset + RecordFormat.HEADER_SIZE_BYTES, (byte) 'b');

        assertThatThrownBy(this::write).hasMessageContaining("a wrong checksum");
        assertThat(file()).doesNotExist();
    }

    private void assertEntry(Hint hint, int i, int offset, long sequence, boolean tombstone) {
        assertThat(hint.offset(i)).isEqualTo(offset);
        assertThat(hint.hash(i)).isEqualTo(-1L - offset);
        assertThat(hint.sequence(i)).isEqualTo(sequence);
        assertThat(hint.size(i)).isEqualTo(RecordFormat.size(segment.buffer, offset));
        assertThat(hint.isTombstone(i)).isEqualTo(tombstone);
    }

    private void write() throws IOException {
        HintDraft.of(storage, segment, Records.STORE_ID).write(offset -> -1L - offset);
    }

    private Hint read() throws IOException {
        return Hint.read(storage, segment, Records.STORE_ID);
    }

    private Path file() {
        return directory.resolve("segment-00000005.hint");
    }
}
