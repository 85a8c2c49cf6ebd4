package dev.kvstore.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a store, seen from outside. */
public final class StoreFiles {

    private static final int MOST_ATTEMPTS = 1000;

    private StoreFiles() {}

    /** Copies a directory as it is at one moment. */
    public static void copyAtRest(Path from, Path to) {
        write(readAtRest(from), to);
    }

    /**
     * Reads a directory once two looks at it show the same, so that what is read is of one moment.
     */
    public static Map<Path, byte[]> readAtRest(Path directory) {
        Map<Path, byte[]> earlier = read(directory);
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            Map<Path, byte[]> now = read(directory);
            if (same(earlier, now)) {
                return now;
            }
            earlier = now;
        }
        throw new AssertionError(directory + " never came to rest.");
    }

    /** Returns the length of all files together. */
    public static long totalBytes(Path directory) {
        return list(directory).stream().mapToLong(file -> file.toFile().length()).sum();
    }

    /** Deletes a directory with everything in it. */
    public static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException nothingToDelete) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Files may come and go while this looks, so nothing is taken for granted.
    private static List<Path> list(Path directory) {
        List<Path> files = new ArrayList<>();
        File[] found = directory.toFile().listFiles();
        for (File file : found == null ? new File[0] : found) {
            if (file.isDirectory()) {
                files.addAll(list(file.toPath()));
            } else {
                files.add(file.toPath());
            }
        }
        return files;
    }

    private static Map<Path, byte[]> read(Path directory) {
        Map<Path, byte[]> contents = new TreeMap<>();
        for (Path file : list(directory)) {
            try {
                contents.put(directory.relativize(file), Files.readAllBytes(file));
            } catch (NoSuchFileException deletedMeanwhile) {
                contents.remove(directory.relativize(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return contents;
    }

    private static boolean same(Map<Path, byte[]> one, Map<Path, byte[]> other) {
        return one.keySet().equals(other.keySet())
                && one.keySet().stream()
                        .allMatch(file -> Arrays.equals(one.get(file), other.get(file)));
    }

    private static void write(Map<Path, byte[]> contents, Path directory) {
        try {
            for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
                Path target = directory.resolve(file.getKey());
                Files.createDirectories(target.getParent());
                Files.write(target, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
