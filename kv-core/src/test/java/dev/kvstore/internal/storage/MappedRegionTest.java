package dev.kvstore.internal.storage;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Writes through a file show in its mapping, whatever happens to the caller or the file. */
class MappedRegionTest {

    private static final String NAME = "file";
    private static final int SIZE_BYTES = 8192;
    private static final int OFFSET = 4096;
    private static final byte[] BYTES = "written".getBytes(StandardCharsets.US_ASCII);

    @TempDir Path directory;
    private DiskStorage storage;
    private MappedRegion region;

    @BeforeEach
    void map() throws IOException {
        storage = DiskStorage.open(directory, true);
        storage.allocate(NAME, SIZE_BYTES);
        region = storage.map(NAME, OFFSET, SIZE_BYTES - OFFSET, true);
    }

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void aWriteShowsInTheMappingAndInTheFile() throws IOException {
        region.write(100, BYTES, BYTES.length);
        region.write(100 + BYTES.length, BYTES, 2);
        region.write(10, BYTES, BYTES.length);

        assertMapped(100, "writtenwr\0");
        assertMapped(10, "written\0");
        byte[] file = Files.readAllBytes(directory.resolve(NAME));
        assertThat(Arrays.copyOfRange(file, OFFSET + 100, OFFSET + 107)).isEqualTo(BYTES);
        assertThat(Arrays.copyOf(file, OFFSET)).containsOnly(0);
    }

    @Test
    void storesIntoTheMappingAndWritesTakeTurns() throws IOException {
        region.write(0, BYTES, BYTES.length);
        region.buffer().put(BYTES.length, BYTES);
        region.write(2 * BYTES.length, BYTES, BYTES.length);

        assertMapped(0, "writtenwrittenwritten\0");
    }

    @Test
    void anInterruptedThreadWritesAllTheSameAndKeepsItsFlag() throws IOException {
        region.write(0, BYTES, BYTES.length);
        Thread.currentThread().interrupt();
        try {
            region.write(BYTES.length, BYTES, BYTES.length);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        region.write(2 * BYTES.length, BYTES, BYTES.length);

        assertMapped(0, "writtenwrittenwritten\0");
    }

    /** Of what is released by the collector, all is; it takes longer than the collector does. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void releaseWaitsUntilManyMappingsAreGone() throws IOException {
        mapAndUnmap(30_000);

        storage.releaseMappings();

        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            assertThat(lines.filter(line -> line.contains(directory.toString()))).hasSize(1);
        }
    }

    private void mapAndUnmap(int count) throws IOException {
        List<MappedRegion> all = new ArrayList<>();
        Path file = directory.resolve(NAME);
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            for (int i = 0; i < count; i++) {
                all.add(
                        RegionMapper.map(
                                file, channel, MapMode.READ_WRITE, 0, SIZE_BYTES, given -> {}));
            }
        }
        all.forEach(MappedRegion::unmap);
    }

    @Test
    void writesGoOnAfterTheyWereEnded() throws IOException {
        region.write(0, BYTES, BYTES.length);
        region.endWriting();
        region.endWriting();
        region.write(BYTES.length, BYTES, BYTES.length);

        assertMapped(0, "writtenwritten\0");
    }

    @Test
    void aFileThatIsGoneIsNotMadeAgain() throws IOException {
        Files.delete(directory.resolve(NAME));

        region.write(0, BYTES, BYTES.length);

        assertMapped(0, "written\0");
        assertThat(directory).isEmptyDirectory();
    }

    private void assertMapped(int at, String expected) {
        byte[] mapped = new byte[expected.length()];
        region.buffer().get(at, mapped);
        assertThat(new String(mapped, StandardCharsets.US_ASCII)).isEqualTo(expected);
    }
}
