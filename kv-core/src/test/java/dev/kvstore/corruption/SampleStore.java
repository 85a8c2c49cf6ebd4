package dev.kvstore.corruption;

import static dev.kvstore.testing.TestData.bytes;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A small store with everything in it: values of all sizes, updates, deletions, batches, times to
 * live, copies that compaction made, segments in their second life, and full ones without garbage.
 * Its files are kept in memory, as they were while it was open and after it was closed.
 */
final class SampleStore {

    static final String INDEX = "index.kvi";
    static final int SEGMENT_SIZE = 64 << 10;

    private static final int KEYS = 120;
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofDays(1);

    final Journal journal = new Journal();
    final Map<String, byte[]> killed;
    final Map<String, byte[]> closed;

    /** As at the close before the last one. */
    final Map<String, byte[]> older;

    private final MutableClock clock = new MutableClock();
    private final Random random;
    private int version;

    SampleStore(long seed) {
        random = new Random(seed);
        try {
            Path directory = Files.createTempDirectory("sample-store-");
            try {
                try (KeyValueStore store = options().toBuilder(directory).open()) {
                    fill(store);
                }
                older = read(directory);
                try (KeyValueStore store = options().toBuilder(directory).open()) {
                    store.compact();
                    for (int i = 0; i < 40; i++) {
                        write(store, 3000);
                    }
                    for (int i = 0; i < 50; i++) {
                        write(store, 30);
                    }
                    set(store, "last", 30); // so that its loss shows
                    killed = read(directory);
                }
                closed = read(directory);
            } finally {
                StoreFiles.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        clock.advance(SHORT.multipliedBy(2));
    }

    StoreOptions options() {
        return StoreOptions.defaults().withSegmentSizeBytes(SEGMENT_SIZE).withClock(clock);
    }

    private void fill(KeyValueStore store) {
        for (int i = 0; i < 400; i++) {
            write(store, 40);
        }
        set(store, "large", 150_000);
        store.compact();
        for (int i = 0; i < 120; i++) {
            write(store, 3000);
        }
        store.compact();
        for (int i = 0; i < 60; i++) {
            write(store, 3000);
        }
        for (int i = 0; i < 100; i++) {
            write(store, 30);
        }
    }

    private void write(KeyValueStore store, int valueSize) {
        String key = key();
        switch (random.nextInt(10)) {
            case 0, 1 -> {
                store.delete(bytes(key));
                journal.add(key, null);
            }
            case 2 -> batch(store, valueSize);
            case 3 -> {
                store.set(bytes(key), value(valueSize), SHORT);
                journal.add(key, null); // by the time that anybody looks
            }
            case 4 -> {
                byte[] value = value(valueSize);
                store.set(bytes(key), value, LONG);
                journal.add(key, value);
            }
            default -> set(store, key, valueSize);
        }
    }

    private void set(KeyValueStore store, String key, int valueSize) {
        byte[] value = value(valueSize);
        store.set(bytes(key), value);
        journal.add(key, value);
    }

    private void batch(KeyValueStore store, int valueSize) {
        WriteBatch batch = new WriteBatch();
        Map<String, byte @Nullable []> changes = new HashMap<>();
        for (int i = 0; i < 4; i++) {
            String key = key();
            if (random.nextInt(4) == 0) {
                batch.delete(key);
                changes.put(key, null);
            } else {
                byte[] value = value(valueSize);
                batch.set(bytes(key), value);
                changes.put(key, value);
            }
        }
        store.write(batch);
        journal.add(changes);
    }

    private String key() {
        return "key-" + random.nextInt(KEYS);
    }

    private byte[] value(int size) {
        return TestData.value(0, version++, size / 2 + random.nextInt(size));
    }

    static void write(Map<String, byte[]> files, Path directory) {
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the files of a store, even of one that is open and at work. */
    static Map<String, byte[]> read(Path directory) {
        Map<String, byte[]> files = new TreeMap<>();
        StoreFiles.readAtRest(directory)
                .forEach((file, bytes) -> files.put(file.toString(), bytes));
        files.remove("lock");
        return files;
    }
}
