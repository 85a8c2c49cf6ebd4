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

    @Test
    void aHeaderOfWhichOneCopyIsTornIsTheOther() throws IOException {
        allocateAndClose(SEGMENT_SIZE);
        for (int torn : new int[] {0, SegmentFormat.SECOND_COPY_OFFSET}) {
            SegmentTable table = reopened();
            table.get(0).begin(Segment.Kind.HOT, 7, 0);
            table.get(0).buffer().putInt(torn + SegmentFormat.KIND_OFFSET, 99);
            storage.close();

            assertThat(reopened().get(0).kind()).isEqualTo(Segment.Kind.HOT);
            assertThat(reopened().get(0).generation()).isEqualTo(7);
        }
    }

    @Test
    void aHeaderThatWasTornWhenItWasWrittenFirstIsNone() throws IOException {
        allocateAndClose(SEGMENT_SIZE);
        SegmentTable table = reopened();
        table.get(0).buffer().putLong(SegmentFormat.MAGIC_OFFSET, SegmentFormat.MAGIC);
        storage.close();

        assertThat(reopened().get(0).state()).isEqualTo(Segment.State.FREE);
    }

    @Test
    void aHeaderOfWhichBothCopiesAreTornIsDamage() throws IOException {
        allocateAndClose(SEGMENT_SIZE);
        SegmentTable table = reopened();
        table.get(0).begin(Segment.Kind.HOT, 7, 0);
        table.get(0).buffer().putInt(SegmentFormat.KIND_OFFSET, 99);
        table.get(0)
                .buffer()
                .putInt(SegmentFormat.SECOND_COPY_OFFSET + SegmentFormat.KIND_OFFSET, 99);
        storage.close();

        assertThatExceptionOfType(StoreCorruptedException.class).isThrownBy(this::reopened);
    }

    private void allocateAndClose(long sizeBytes) throws IOException {
        StoreFile storeFile = StoreFile.create(storage, SEGMENT_SIZE);
        SegmentTable table = SegmentTable.open(storage, storeFile, true);
        table.put(table.allocate(0, sizeBytes));
        table.demand(0);
        storage.close();
    }

    private SegmentTable reopened() throws IOException {
        return SegmentTable.open(storage, StoreFile.open(storage, true), true);
    }
}
