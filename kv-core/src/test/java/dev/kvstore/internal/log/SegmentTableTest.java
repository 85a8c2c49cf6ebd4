package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTableTest {

    private static final int SEGMENT_SIZE = 64 << 10;

    @TempDir Path directory;

    private Storage storage;

    @BeforeEach
    void open() throws IOException {
        storage = DiskStorage.open(directory, false);
    }

    @Test
    void aSegmentThatWasAllocatedAndNotUsedIsFree() throws IOException {
        allocateAndClose(SEGMENT_SIZE);

        assertThat(reopened().get(0).state()).isEqualTo(Segment.State.FREE);
    }

    @Test
    void anUnusedSegmentForALargeRecordIsNotWrittenAsANormalOne() throws IOException {
        allocateAndClose(3 * SEGMENT_SIZE);

        assertThat(reopened().get(0).state()).isEqualTo(Segment.State.VACANT);
    }

    @Test
    void aFileTooManyIsIgnored() throws IOException {
        allocateAndClose(SEGMENT_SIZE);
        storage.allocate(SegmentFormat.fileName(1), SEGMENT_SIZE);

        assertThat(reopened().count()).isEqualTo(1);
    }

    @Test
    void aMissingFileIsDamage() throws IOException {
        allocateAndClose(SEGMENT_SIZE);
        Files.delete(directory.resolve(SegmentFormat.fileName(0)));

        assertThatExceptionOfType(StoreCorruptedException.class)
                .isThrownBy(this::reopened)
                .withMessageContaining("is missing");
    }

    private void allocateAndClose(long sizeBytes) throws IOException {
        StoreFile storeFile = StoreFile.create(storage, SEGMENT_SIZE);
        SegmentTable table = SegmentTable.open(storage, storeFile, true);
        table.put(table.allocate(0, sizeBytes));
        table.close();
    }

    private SegmentTable reopened() throws IOException {
        return SegmentTable.open(storage, StoreFile.open(storage, true), true);
    }
}
