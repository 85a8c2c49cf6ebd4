package dev.kvstore.salvage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is in the directory of a store, as it is. */
final class StoreDirectory {

    private StoreDirectory() {}

    /** Returns the files in the order of their names. */
    static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns names and contents. */
    static Map<String, byte[]> contents(Path directory) {
        Map<String, byte[]> contents = new TreeMap<>();
        for (Path file : files(directory)) {
            try {
                contents.put(file.getFileName().toString(), Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return contents;
    }

    /** Returns the segment in which there is a key that is nowhere else. */
    static Path fileWith(String key, Path directory) {
        List<Path> found =
                contents(directory).entrySet().stream()
                        .filter(file -> file.getKey().endsWith(".kvs"))
                        .filter(file -> new String(file.getValue(), ISO_8859_1).contains(key))
                        .map(file -> directory.resolve(file.getKey()))
                        .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
