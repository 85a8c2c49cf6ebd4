package dev.kvstore.benchmarks.phase;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Space that a directory takes. */
public final class DiskUsage {

    private DiskUsage() {}

    /**
     * Returns the bytes allocated to a directory and all in it: by {@code du}, as some stores have
     * sparse files and Java cannot tell how much of a file is allocated; where there is no {@code
     * du}, the files' lengths.
     */
    public static long allocatedBytes(Path directory) {
        try {
            Process du = new ProcessBuilder("du", "-sk", directory.toString()).start();
            try (BufferedReader reader =
                    new BufferedReader(
                            new InputStreamReader(du.getInputStream(), StandardCharsets.UTF_8))) {
                String line = reader.readLine();
                return Long.parseLong(line.substring(0, line.indexOf('\t'))) << 10;
            }
        } catch (IOException e) {
            return lengths(directory);
        }
    }

    /** Deletes a directory and all in it, if it is there. */
    public static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long lengths(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
