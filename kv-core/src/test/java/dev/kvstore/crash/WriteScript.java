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
 * can do it and another knows what it did. Each write can be done again if it is not known whether
 * it took place: that changes nothing if it did.
 */
final class WriteScript {

    /** How long an entry lives that is not to be there for long. */
    static final Duration SOON = Duration.ofMillis(30);

    /** How long an entry lives that is to be there throughout a test. */
    static final Duration FAR_AWAY = Duration.ofDays(1000);

    private static final int KEYS = 120;
    private static final int LARGE_VALUE_BYTES = 200_000;

    private final long seed;
    private final int writer;

    WriteScript(long seed, int writer) {
        this.seed = seed;
        this.writer = writer;
    }

    /** What is stored under a key, and for how long, null meaning for ever. */
    record Stored(byte[] value, @Nullable Duration ttl) {

        /** Whether it may be gone by itself. */
        boolean isFleeting() {
            return SOON.equals(ttl);
        }
    }

    private enum Kind {
        SET,
        UPDATE,
        SET_IF_ABSENT,
        DELETE,
        BATCH
    }

    /** One write: each of its changes under its key, null for a deletion. */
    private record Write(Kind kind, Map<String, @Nullable Stored> changes) {}

    /** What all keys of a writer start with. */
    static String prefix(int writer) {
        return "w" + writer + "-";
    }

    /** Does the n-th write, counted from 1. */
    void write(int number, KeyValueStore store) {
        Write write = writeOf(number);
        if (write.kind == Kind.BATCH) {
            store.write(batch(write.changes));
            return;
        }
        write.changes.forEach((key, stored) -> write(write.kind, bytes(key), stored, store));
    }

    private static void write(Kind kind, byte[] key, @Nullable Stored stored, KeyValueStore store) {
        if (stored == null) {
            store.delete(key);
        } else if (stored.ttl != null) {
            store.set(key, stored.value, stored.ttl);
        } else if (kind == Kind.UPDATE) {
            store.update(key, stored.value);
        } else if (kind == Kind.SET_IF_ABSENT) {
            store.setIfAbsent(key, stored.value);
        } else {
            store.set(key, stored.value);
        }
    }

    /** Does the n-th write to a map. */
    void write(int number, Map<String, Stored> map) {
        Write write = writeOf(number);
        write.changes.forEach(
                (key, stored) -> {
                    if (stored == null) {
                        map.remove(key);
                    } else if (write.kind == Kind.UPDATE) {
                        map.replace(key, stored);
                    } else if (write.kind == Kind.SET_IF_ABSENT) {
                        map.putIfAbsent(key, stored);
                    } else {
                        map.put(key, stored);
                    }
                });
    }

    private Write writeOf(int number) {
        Random random = new Random(seed * 1_000_003 + writer * 100_003L + number);
        int drawn = random.nextInt(100);
        if (drawn < 20) {
            return new Write(Kind.BATCH, batchOf(2 + random.nextInt(6), random));
        }
        if (drawn < 28) {
            return fleeting(random);
        }
        Map<String, @Nullable Stored> change = new LinkedHashMap<>();
        String key = prefix(writer) + random.nextInt(KEYS);
        if (drawn < 40) {
            change.put(key, null);
            return new Write(Kind.DELETE, change);
        }
        int length = drawn == 99 ? LARGE_VALUE_BYTES : random.nextInt(900);
        Kind kind = drawn < 55 ? Kind.UPDATE : drawn < 65 ? Kind.SET_IF_ABSENT : Kind.SET;
        Duration ttl = kind == Kind.SET && random.nextInt(4) == 0 ? FAR_AWAY : null;
        change.put(key, new Stored(value(random, length), ttl));
        return new Write(kind, change);
    }

    private Map<String, @Nullable Stored> batchOf(int size, Random random) {
        Map<String, @Nullable Stored> changes = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            String key = prefix(writer) + random.nextInt(KEYS);
            Duration ttl = random.nextInt(5) == 0 ? FAR_AWAY : null;
            Stored stored = new Stored(value(random, random.nextInt(900)), ttl);
            changes.put(key, random.nextInt(6) == 0 ? null : stored);
        }
        return changes;
    }

    // On keys of their own: what a condition finds there would be a matter of time. What they had
    // before is not fleeting now and then, and must not come back when what replaced it is gone.
    private Write fleeting(Random random) {
        Map<String, @Nullable Stored> change = new LinkedHashMap<>();
        String key = prefix(writer) + "fleeting-" + random.nextInt(10);
        Duration ttl = random.nextInt(3) == 0 ? null : SOON;
        change.put(key, new Stored(value(random, random.nextInt(900)), ttl));
        return new Write(Kind.SET, change);
    }

    private static byte[] value(Random random, int length) {
        byte[] value = new byte[length];
        random.nextBytes(value);
        return value;
    }

    private static WriteBatch batch(Map<String, @Nullable Stored> changes) {
        WriteBatch batch = new WriteBatch();
        changes.forEach(
                (key, stored) -> {
                    if (stored == null) {
                        batch.delete(bytes(key));
                    } else if (stored.ttl != null) {
                        batch.set(bytes(key), stored.value, stored.ttl);
                    } else {
                        batch.set(bytes(key), stored.value);
                    }
                });
        return batch;
    }
}
