package dev.kvstore.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvstore.crash.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirtyPagesTest {

    private static final int SIZE_BYTES = 4 << 20;

    /** Enough for the compiler to have come to its end. */
    private static final int TURNS = 50_000;

    private static final Path COUNTERS = Path.of("/proc/self/io");

    @TempDir Path directory;

    /** The better compiler leaves a plain store out that changes nothing, and tests have none. */
    @Test
    void areWrittenHoweverOftenItWasDoneBefore() throws Exception {
        assumeThat(Files.isReadable(COUNTERS)).as("Linux counts what is to be written").isTrue();
        assumeThat(Files.getFileStore(directory).type()).as("a disk").isNotIn("tmpfs", "overlay");
        List<String> command =
                JavaProcess.command(
                        System.getProperty("java.class.path"),
                        DirtyPagesTest.class,
                        List.of(directory.toString()));
        command.removeIf(argument -> argument.contains("TieredStopAtLevel"));

        assertThat(JavaProcess.run(command)).endsWith("exit code 0");
    }

    public static void main(String[] arguments) throws IOException {
        DiskStorage storage = DiskStorage.open(Path.of(arguments[0]), false);
        storage.allocate("file", SIZE_BYTES);
        MappedRegion region = storage.map("file", 0, SIZE_BYTES, true);
        for (int turn = 0; turn < TURNS; turn++) {
            DirtyPages.make(region.buffer(), SIZE_BYTES);
        }
        for (int turn = 0; turn < 3; turn++) {
            region.force(0, SIZE_BYTES);
            long before = bytesToWrite();
            DirtyPages.make(region.buffer(), SIZE_BYTES);
            assertThat(bytesToWrite() - before).isGreaterThanOrEqualTo(SIZE_BYTES);
        }
    }

    private static long bytesToWrite() throws IOException {
        for (String line : Files.readAllLines(COUNTERS)) {
            if (line.startsWith("write_bytes: ")) {
                return Long.parseLong(line.substring("write_bytes: ".length()));
            }
        }
        throw new IOException("no write_bytes in " + COUNTERS);
    }
}
