package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFormatException;
import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFileTest {

    private static final int FIRST = 0;
    private static final int SECOND = StoreFile.SECOND_COPY_OFFSET;

    @TempDir Path directory;

    private Storage storage;

    @BeforeEach
    void openStorage() throws IOException {
        storage = DiskStorage.open(directory, true);
    }

    @Test
    void isNotThereBeforeItIsMade() throws IOException {
        assertThat(StoreFile.open(storage, true)).isNull();
    }

    @Test
    void keepsWhatItWasMadeWith() throws IOException {
        StoreFile made = StoreFile.create(storage, 1 << 20);
        storage.close();
        StoreFile opened = StoreFile.open(storage, false);

        assertThat(opened).isNotNull();
        assertThat(opened.storeId()).isEqualTo(made.storeId());
        assertThat(opened.hashSeed()).isEqualTo(made.hashSeed());
        assertThat(opened.segmentSizeBytes()).isEqualTo(1 << 20);
        assertThat(opened.segmentCount()).isZero();
        storage.close();
        assertThat(storage.list()).containsExactly(StoreFile.NAME);
    }

    @Test
    void eachStoreHasNumbersOfItsOwn() throws IOException {
        StoreFile one = StoreFile.create(storage, 1 << 20);
        StoreFile other =
                StoreFile.create(DiskStorage.open(directory.resolve("other"), true), 1 << 20);

        assertThat(one.storeId()).isNotEqualTo(other.storeId());
        assertThat(one.hashSeed()).isNotEqualTo(other.hashSeed());
        storage.close();
    }

    @Test
    void keepsTheSegmentCountOverManyChanges() throws IOException {
        StoreFile.create(storage, 1 << 20);
        storage.close();
        for (int count = 1; count < 10; count++) {
            setCount(count);
            assertThat(count()).isEqualTo(count);
        }
    }

    /** Whichever copy was being written when the power went, the one before holds. */
    @Test
    void takesTheOlderCopyIfTheNewerIsTorn() throws IOException {
        StoreFile.create(storage, 1 << 20);
        storage.close(); // revision 1, first copy
        setCount(7); // revision 2, second copy
        byte[] two = Files.readAllBytes(file());
        flip(SECOND + StoreFile.SEGMENT_COUNT_OFFSET);
        assertThat(count()).isZero();

        Files.write(file(), two);
        setCount(8); // revision 3, first copy
        flip(FIRST + StoreFile.SEGMENT_COUNT_OFFSET);
        assertThat(count()).isEqualTo(7);

        setCount(9); // over the torn one
        assertThat(count()).isEqualTo(9);
        flip(SECOND + StoreFile.SEGMENT_COUNT_OFFSET);
        assertThat(count()).isEqualTo(9);
    }

    @Test
    void refusesTwoTornCopies() throws IOException {
        StoreFile.create(storage, 1 << 20);
        storage.close();
        setCount(1);
        flip(FIRST);
        flip(SECOND + StoreFile.CHECKSUM_OFFSET);

        assertThatThrownBy(this::count)
                .isInstanceOf(StoreCorruptedException.class)
                .hasMessageContaining("wrong checksum");
    }

    @Test
    void refusesAFileThatWasCutShort() throws IOException {
        StoreFile.create(storage, 1 << 20);
        storage.close();
        Files.write(file(), Arrays.copyOf(Files.readAllBytes(file()), 100));

        assertThatThrownBy(this::count)
                .isInstanceOf(StoreCorruptedException.class)
                .hasMessageContaining("too short");
    }

    @Test
    void refusesALaterVersionAndSaysWhich() throws IOException {
        StoreFile.create(storage, 1 << 20);
        storage.close();
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(file())).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(StoreFile.VERSION_OFFSET, 2);
        bytes.putInt(StoreFile.CHECKSUM_OFFSET, Crc32c.of(bytes, 0, StoreFile.CHECKSUM_OFFSET));
        Files.write(file(), bytes.array());

        assertThatThrownBy(this::count)
                .isInstanceOfSatisfying(
                        StoreFormatException.class,
                        e -> {
                            assertThat(e.file()).isEqualTo(file());
                            assertThat(e.version()).isEqualTo(2);
                            assertThat(e.supportedVersion()).isEqualTo(1);
                        })
                .hasMessageContaining("format version 2");
    }

    private Path file() {
        return directory.resolve(StoreFile.NAME);
    }

    private void flip(int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file());
        bytes[offset] ^= 0x40;
        Files.write(file(), bytes);
    }

    private int count() throws IOException {
        StoreFile file = StoreFile.open(storage, false);
        assertThat(file).isNotNull();
        storage.close();
        return file.segmentCount();
    }

    private void setCount(int count) throws IOException {
        StoreFile file = StoreFile.open(storage, true);
        assertThat(file).isNotNull();
        file.setSegmentCount(count);
        storage.close();
    }
}
