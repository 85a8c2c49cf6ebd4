package dev.kvstore.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import java.util.Arrays;
import java.util.Random;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/** Keys and values by number, so that a test need not remember what it wrote. */
public final class TestData {

    // Few enough bytes to fit into a small segment, enough to make one force serve many writes.
    private static final int BATCH_BYTES = 16 << 10;

    private TestData() {}

    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    public static byte[] key(int number) {
        return bytes("key-" + number);
    }

    /** Bytes that look random and are the same for the same numbers. */
    public static byte[] value(int number, int version, int length) {
        byte[] value = new byte[length];
        new Random(31L * number + version).nextBytes(value);
        return value;
    }

    /** Writes keys numbered {@code from} to {@code to - 1}, many at a time if they are small. */
    public static void fill(KeyValueStore store, int from, int to, int version, int length) {
        if (length > BATCH_BYTES) {
            for (int i = from; i < to; i++) {
                store.set(key(i), value(i, version, length));
            }
            return;
        }
        inBatches(
                store,
                from,
                to,
                Math.max(1, BATCH_BYTES / (length + 100)),
                (batch, i) -> batch.set(key(i), value(i, version, length)));
    }

    /** Deletes keys numbered {@code from} to {@code to - 1}, many at a time. */
    public static void clear(KeyValueStore store, int from, int to) {
        inBatches(store, from, to, BATCH_BYTES / 100, (batch, i) -> batch.delete(key(i)));
    }

    private static void inBatches(
            KeyValueStore store,
            int from,
            int to,
            int perBatch,
            ObjIntConsumer<WriteBatch> operation) {
        for (int first = from; first < to; first += perBatch) {
            WriteBatch batch = new WriteBatch();
            for (int i = first; i < Math.min(to, first + perBatch); i++) {
                operation.accept(batch, i);
            }
            store.write(batch);
        }
    }

    /** Fails unless a numbered key has the value of these numbers. */
    public static void assertHolds(KeyValueStore store, int number, int version, int length) {
        byte[] expected = value(number, version, length);
        byte[] actual = store.get(key(number));
        if (!Arrays.equals(actual, expected)) {
            throw new AssertionError(
                    "key-" + number + " is " + text(actual) + ", not " + text(expected));
        }
    }

    /** Bytes in a form that fits into a message. */
    public static String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "absent";
        }
        int shown = Math.min(bytes.length, 40);
        return "'"
                + new String(bytes, 0, shown, ISO_8859_1).replaceAll("[^ -~]", "?")
                + (shown < bytes.length ? "…' (" + bytes.length + " bytes)" : "'");
    }
}
