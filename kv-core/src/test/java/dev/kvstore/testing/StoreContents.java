package dev.kvstore.testing;

import static dev.kvstore.testing.TestData.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All entries of a store at one moment, for comparing. The store must not be written meanwhile. */
public final class StoreContents {

    private static final int DIFFERENCES_SHOWN = 10;

    private final SortedMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    private StoreContents() {}

    /** Reads everything, and checks that every way to read it agrees. */
    public static StoreContents of(KeyValueStore store) {
        StoreContents contents = withPrefix(store, new byte[0]);
        byte[][] keys = contents.entries.keySet().toArray(new byte[0][]);
        byte @Nullable [][] values = store.getAll(keys);
        for (int i = 0; i < keys.length; i++) {
            byte[] scanned = contents.entries.get(keys[i]);
            assertEqual("get", keys[i], store.get(keys[i]), scanned);
            assertEqual("getAll", keys[i], values[i], scanned);
            if (!store.contains(keys[i])) {
                throw new AssertionError("contains denies " + text(keys[i]));
            }
        }
        // Expired entries count until something removes them, so there may be more, never fewer.
        assertThat(store.size()).isGreaterThanOrEqualTo(keys.length);
        return contents;
    }

    /** Reads what a scan delivers, and checks that it delivers no key twice. */
    public static StoreContents withPrefix(KeyValueStore store, byte[] prefix) {
        StoreContents contents = new StoreContents();
        try (Stream<Entry> scan = store.scan(prefix)) {
            scan.forEach(contents::add);
        }
        return contents;
    }

    public int size() {
        return entries.size();
    }

    /** Fails, naming some of the keys that differ, unless these contents are the expected ones. */
    public void assertSameAs(StoreContents expected) {
        assertThat(differencesFrom(expected)).as("differences from what is expected").isEmpty();
    }

    // Assertions of a library would take most of the time that tests take.
    private static void assertEqual(
            String method, byte[] key, byte @Nullable [] actual, byte[] scanned) {
        if (!Arrays.equals(actual, scanned)) {
            throw new AssertionError(
                    method
                            + " of "
                            + text(key)
                            + " is "
                            + text(actual)
                            + ", scan delivers "
                            + text(scanned));
        }
    }

    private void add(Entry entry) {
        byte[] before = entries.put(entry.key(), entry.value());
        if (before != null) {
            throw new AssertionError("A scan delivered twice: " + text(entry.key()));
        }
    }

    private List<String> differencesFrom(StoreContents expected) {
        TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        keys.addAll(entries.keySet());
        keys.addAll(expected.entries.keySet());
        List<String> differences = new ArrayList<>();
        for (byte[] key : keys) {
            byte[] actual = entries.get(key);
            byte[] wanted = expected.entries.get(key);
            if (!Arrays.equals(actual, wanted) && differences.size() < DIFFERENCES_SHOWN) {
                differences.add(text(key) + " is " + text(actual) + ", not " + text(wanted));
            }
        }
        return differences;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoreContents contents && differencesFrom(contents).isEmpty();
    }

    @Override
    public int hashCode() {
        return entries.size();
    }

    @Override
    public String toString() {
        return entries.size() + " entries";
    }
}
