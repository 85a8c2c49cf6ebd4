package dev.kvstore.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the stored examples of the present file format: one store that was closed, one that was
 * killed, and beside each a list of what it holds. Run it when the format gets a new version, with
 * the directory of that version, and never again for one that was released:
 *
 * <pre>
 * ./mvnw -q -pl kv-core test-compile
 * java -cp kv-core/target/classes:kv-core/target/test-classes \
 *     dev.kvstore.format.GoldenStores kv-core/src/test/resources/golden/v1
 * </pre>
 */
final class GoldenStores {

    static final String CLOSED = "closed";
    static final String KILLED = "killed";

    private static final Duration FAR_AWAY = Duration.ofDays(300_000);

    private GoldenStores() {}

    public static void main(String[] arguments) throws IOException {
        Path golden = Files.createDirectories(Path.of(arguments[0]));
        Path work = Files.createTempDirectory("golden-");
        Path directory = work.resolve("store");
        try (KeyValueStore store = StoreOptions.defaults().toBuilder(directory).open()) {
            fill(store);
            StoreFiles.copyAtRest(directory, work.resolve(KILLED));
            write(golden, KILLED, list(store), work.resolve(KILLED));
        }
        List<String> contents;
        try (KeyValueStore store = StoreOptions.defaults().toBuilder(directory).open()) {
            store.set("written after a reopen", "yes");
            contents = list(store);
        }
        write(golden, CLOSED, contents, directory);
        StoreFiles.delete(work);
    }

    /** Some of everything: updates, deletions, batches, times to live, a large value, copies. */
    private static void fill(KeyValueStore store) {
        for (int i = 0; i < 120; i++) {
            store.set("updated-" + i, text("first", i, 400));
            store.set("deleted-" + i, text("gone", i, 300));
            store.set("limited-" + i, text("limited", i, 100), FAR_AWAY);
        }
        store.set("large", text("large", 1, 150_000));
        for (int i = 0; i < 120; i++) {
            store.set("updated-" + i, text("second", i, 500));
            store.delete("deleted-" + i);
        }
        store.compact();
        for (int i = 0; i < 60; i++) {
            store.write(
                    new WriteBatch()
                            .set("batched-" + i, text("batch", i, 200))
                            .delete("updated-" + i)
                            .set("batched, limited-" + i, "x", FAR_AWAY));
            store.set("empty-" + i, "");
        }
        store.set("\u00fcml\u00e4ut", "\u20ac");
        store.set("gone already", "x", Duration.ofMillis(1));
    }

    private static String text(String word, int number, int length) {
        return (word + "-" + number + ";").repeat(length / (word.length() + 2)).strip();
    }

    /** One line for each entry: the key, a tab, and its value's length and hash. */
    static List<String> list(KeyValueStore store) {
        List<String> lines = new ArrayList<>();
        store.forEach(entry -> lines.add(line(entry)));
        lines.removeIf(line -> line.startsWith("gone already"));
        Collections.sort(lines);
        return lines;
    }

    private static String line(Entry entry) {
        byte[] value = entry.value();
        java.util.zip.CRC32 checksum = new java.util.zip.CRC32();
        checksum.update(value);
        return entry.keyString()
                + "\t"
                + value.length
                + "\t"
                + Long.toHexString(checksum.getValue());
    }

    private static void write(Path golden, String name, List<String> contents, Path directory)
            throws IOException {
        Files.write(golden.resolve(name + ".txt"), contents, UTF_8);
        try (OutputStream out = Files.newOutputStream(golden.resolve(name + ".zip"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(Deflater.BEST_COMPRESSION);
            try (var files = Files.list(directory)) {
                for (Path file : files.sorted().toList()) {
                    if (!file.endsWith("lock")) {
                        ZipEntry entry = new ZipEntry(file.getFileName().toString());
                        entry.setTime(0);
                        zip.putNextEntry(entry);
                        zip.write(Files.readAllBytes(file));
                    }
                }
            }
        }
    }
}
