package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.bytes;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What one writer does: its n-th write is the same whoever asks and whenever, so that one process
 * can do it and another knows what it did. No write depends on what is there, so the last one can
 * be done again if it is not known whether it took place.
 */
final class WriteScript {

    private static final int KEYS = 120;
    private static final int LARGE_VALUE_BYTES = 200_000;
    private static final Duration FAR_AWAY = Duration.ofDays(1000);

    private final long seed;
    private final int writer;

    WriteScript(long seed, int writer) {
        this.seed = seed;
        this.writer = writer;
    }

    /** What all keys of a writer start with. */
    static String prefix(int writer) {
        return "w" + writer + "-";
    }

    /** Does the n-th write, counted from 1. */
    void write(int number, KeyValueStore store) {
        Map<String, byte @Nullable []> changes = changes(number);
        if (changes.size() > 1) {
            store.write(batch(changes));
            return;
        }
        changes.forEach(
                (key, value) -> {
                    if (value == null) {
                        store.delete(key);
                    } else if (number % 5 == 0) {
                        store.set(bytes(key), value, FAR_AWAY);
                    } else {
                        store.set(bytes(key), value);
                    }
                });
    }

    /** Does the n-th write to a map. */
    void write(int number, Map<String, byte[]> map) {
        changes(number)
                .forEach(
                        (key, value) -> {
                            if (value == null) {
                                map.remove(key);
                            } else {
                                map.put(key, value);
                            }
                        });
    }

    // Values by key; null for a key to be deleted.
    private Map<String, byte @Nullable []> changes(int number) {
        Random random = new Random(seed * 1_000_003 + writer * 100_003L + number);
        int kind = random.nextInt(100);
        int count = kind < 20 ? 2 + random.nextInt(6) : 1;
        Map<String, byte @Nullable []> changes = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            boolean delete = random.nextInt(6) == 0;
            int length = kind == 99 ? LARGE_VALUE_BYTES : random.nextInt(900);
            String key = prefix(writer) + random.nextInt(KEYS);
            changes.put(key, delete ? null : value(random, length));
        }
        return changes;
    }

    private static byte[] value(Random random, int length) {
        byte[] value = new byte[length];
        random.nextBytes(value);
        return value;
    }

    private static WriteBatch batch(Map<String, byte @Nullable []> changes) {
        WriteBatch batch = new WriteBatch();
        changes.forEach(
                (key, value) -> {
                    if (value == null) {
                        batch.delete(key);
                    } else {
                        batch.set(bytes(key), value);
                    }
                });
        return batch;
    }
}
