package dev.kvstore.testing;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keys whose values are numbered versions, written by one thread each and read by any, with a
 * record of which versions a read can return. A read must see at least the last version that was
 * acknowledged, or seen by somebody, before it began, and at most the last one begun before it
 * ended: that is what linearizable means for one key with one writer. Some versions are deletions.
 *
 * <p><b>Threads:</b> {@link #write} of one key by one thread at a time, all else by any.
 */
public final class VersionedKeys {

    private static final int DELETED_EVERY = 7;
    private static final Duration FAR_AWAY = Duration.ofDays(1000);

    private final String prefix;
    private final int maxValueLength;
    private final AtomicIntegerArray begun;
    private final AtomicIntegerArray known;

    public VersionedKeys(String prefix, int count, int maxValueLength) {
        this.prefix = prefix;
        this.maxValueLength = maxValueLength;
        begun = new AtomicIntegerArray(count);
        known = new AtomicIntegerArray(count);
    }

    public int count() {
        return begun.length();
    }

    /** Writes the next version of a key, one way or another, and checks what the store answers. */
    public void write(KeyValueStore store, int number, Random random) {
        int version = begun.incrementAndGet(number);
        byte[] value = value(number, version);
        byte[] old = value(number, version - 1);
        if (value == null) {
            deletePresent(store, number, version, random);
        } else if (old == null) {
            writeAbsent(store, number, version, value, random);
        } else {
            writePresent(store, number, version, old, value, random);
        }
        know(number, version);
    }

    /** Reads a key and checks that what is read was possible. */
    public void read(KeyValueStore store, int number) {
        int from = known.get(number);
        byte[] value = store.get(key(number));
        check(number, value, from);
    }

    /** Reads some keys at once and checks them. */
    public void readAll(KeyValueStore store, List<Integer> numbers) {
        int[] from = numbers.stream().mapToInt(known::get).toArray();
        byte @Nullable [][] values =
                store.getAll(numbers.stream().map(this::key).toArray(byte[][]::new));
        for (int i = 0; i < from.length; i++) {
            check(numbers.get(i), values[i], from[i]);
        }
    }

    /** Reads the keys that are there, and checks them and that none is left out. */
    public void scan(KeyValueStore store) {
        int[] from = IntStream.range(0, count()).map(known::get).toArray();
        boolean[] delivered = new boolean[count()];
        try (Stream<Entry> entries = store.scan(prefix)) {
            entries.forEach(
                    entry -> {
                        int number = number(entry.key());
                        require(!delivered[number], "delivered twice", number, from[number]);
                        delivered[number] = true;
                        check(number, entry.value(), from[number]);
                    });
        }
        for (int number = 0; number < delivered.length; number++) {
            if (!delivered[number]) {
                check(number, null, from[number]);
            }
        }
    }

    /** Checks all keys. While nobody writes, this checks that each has its last version. */
    public void checkAll(KeyValueStore store) {
        for (int number = 0; number < count(); number++) {
            read(store, number);
        }
        scan(store);
    }

    /** Returns how many versions have been written. */
    public long writes() {
        return IntStream.range(0, count()).mapToLong(known::get).sum();
    }

    private void deletePresent(KeyValueStore store, int number, int version, Random random) {
        if (random.nextBoolean()) {
            store.write(new WriteBatch().delete(key(number)));
        } else {
            require(store.delete(key(number)), "delete found nothing", number, version);
        }
    }

    private void writeAbsent(
            KeyValueStore store, int number, int version, byte[] value, Random random) {
        byte[] key = key(number);
        switch (random.nextInt(3)) {
            case 0 -> store.set(key, value);
            case 1 -> require(store.setIfAbsent(key, value), "is there", number, version);
            default -> store.write(new WriteBatch().delete(key).set(key, value));
        }
    }

    private void writePresent(
            KeyValueStore store, int number, int version, byte[] old, byte[] value, Random random) {
        byte[] key = key(number);
        switch (random.nextInt(6)) {
            case 0 -> require(store.update(key, value), "not there", number, version);
            case 1 ->
                    require(
                            store.compareAndSet(key, old, value),
                            "has not its last value",
                            number,
                            version);
            case 2 -> {
                require(!store.setIfAbsent(key, value), "absent", number, version);
                store.set(key, value, FAR_AWAY);
            }
            case 3 -> store.write(new WriteBatch().set(key, old).set(key, value));
            default -> store.set(key, value);
        }
    }

    private void check(int number, byte @Nullable [] value, int from) {
        int to = begun.get(number);
        if (value == null) {
            boolean possible = IntStream.rangeClosed(from, to).anyMatch(VersionedKeys::isAbsent);
            require(possible, "absent, should be from version " + from, number, to);
            return;
        }
        int version = version(number, value);
        require(
                Arrays.equals(value, value(number, version)),
                "value never written: " + text(value),
                number,
                to);
        require(
                version >= from && version <= to,
                "has version " + version + ", should be from " + from,
                number,
                to);
        know(number, version);
    }

    private void know(int number, int version) {
        known.accumulateAndGet(number, version, Math::max);
    }

    private void require(boolean condition, String what, int number, int version) {
        if (!condition) {
            throw new AssertionError(prefix + number + " at version " + version + ": " + what);
        }
    }

    private byte[] key(int number) {
        return bytes(prefix + number);
    }

    private int number(byte[] key) {
        return Integer.parseInt(new String(key, ISO_8859_1).substring(prefix.length()));
    }

    // The key and the version in plain text, then bytes that only this version has.
    private byte @Nullable [] value(int number, int version) {
        if (isAbsent(version)) {
            return null;
        }
        byte[] head = bytes(prefix + number + "=" + version + ";");
        int length = head.length + Math.floorMod(number * 31 + version * 131, maxValueLength);
        byte[] value = TestData.value(number, version, length);
        System.arraycopy(head, 0, value, 0, head.length);
        return value;
    }

    private int version(int number, byte[] value) {
        String text = new String(value, ISO_8859_1);
        String head = prefix + number + "=";
        int end = text.indexOf(';');
        require(text.startsWith(head) && end > 0, "value of another: " + text(value), number, -1);
        return Integer.parseInt(text.substring(head.length(), end));
    }

    private static boolean isAbsent(int version) {
        return version % DELETED_EVERY == 0;
    }
}
