package dev.kvstore.corruption;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.text;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFailedException;
import dev.kvstore.testing.StoreFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sample store with damaged files, used in every way. What comes of it has to be a typed
 * exception, what was written, or a loss that is reported; and has to stay so, through writes,
 * compaction and another open.
 */
final class DamagedStore {

    /** What came of the damage. */
    enum Outcome {
        /** The store was not opened, and nothing was changed. */
        REFUSED,
        /** Some keys cannot be read; all others are as they were. */
        PARTLY_READABLE,
        /** The last writes are gone, and the open says so. */
        CUT,
        /** The last writes are gone, and nothing says so. */
        LOST,
        /** Everything is there. */
        WHOLE
    }

    private final SampleStore sample;
    private final Path directory;
    private final Map<String, byte[]> files;
    private final Map<String, byte @Nullable []> known = new TreeMap<>();
    private final Set<String> unreadable = new TreeSet<>();
    private Map<String, byte @Nullable []> original = Map.of();
    private boolean cut;
    private boolean failed;

    private DamagedStore(SampleStore sample, Map<String, byte[]> files, Path directory) {
        this.sample = sample;
        this.files = files;
        this.directory = directory;
    }

    /** Tries everything, and fails if something came of it that must not. */
    static Outcome use(SampleStore sample, Map<String, byte[]> files, Path parent) {
        Path directory = parent.resolve("damaged");
        try {
            return new DamagedStore(sample, files, directory).use();
        } finally {
            StoreFiles.delete(directory);
        }
    }

    private Outcome use() {
        SampleStore.write(files, directory);
        Outcome outcome;
        KeyValueStore store;
        try {
            store = sample.options().toBuilder(directory).open();
        } catch (StoreCorruptedException e) {
            assertUnchanged(e);
            return Outcome.REFUSED;
        }
        try (store) {
            outcome = readFirst(store);
            scan(store);
            change(store);
            readAgain(store);
            compact(store);
            readAgain(store);
        }
        try (KeyValueStore again = sample.options().toBuilder(directory).open()) {
            if (again.stats().recovery().cutBytes() > 0 && !failed) {
                throw new AssertionError("Another open has cut something off.");
            }
            readAgain(again);
            scan(again);
        } catch (StoreCorruptedException e) {
            if (outcome == Outcome.WHOLE || outcome == Outcome.PARTLY_READABLE) {
                return outcome; // found when it was looked at closely
            }
            throw new AssertionError("After it was cut the store must open.", e);
        }
        return outcome;
    }

    private void assertUnchanged(StoreCorruptedException reason) {
        Map<String, byte[]> now = SampleStore.read(directory);
        now.remove(SampleStore.INDEX);
        Map<String, byte[]> before = new TreeMap<>(files);
        before.remove(SampleStore.INDEX);
        if (!now.keySet().equals(before.keySet())) {
            throw new AssertionError("There are now " + now.keySet(), reason);
        }
        before.forEach(
                (name, content) -> {
                    if (!Arrays.equals(now.get(name), content)) {
                        throw new AssertionError(name + " was changed", reason);
                    }
                });
    }

    private Outcome readFirst(KeyValueStore store) {
        for (String key : sample.journal.keys()) {
            try {
                known.put(key, store.get(bytes(key)));
            } catch (StoreCorruptedException e) {
                unreadable.add(key);
            }
        }
        try {
            if (store.contains(bytes("never written"))) {
                throw new AssertionError("A key is there that was never written.");
            }
        } catch (StoreCorruptedException e) {
            if (!isOfTheIndex(e)) {
                throw new AssertionError("An absent key has no record to be damaged.", e);
            }
        }
        int prefix = sample.journal.prefixThatMakes(known);
        RecoveryReport report = store.stats().recovery();
        if (prefix < 0) {
            throw new AssertionError(
                    "What is read is no state the store was in: "
                            + differences(sample.journal.last())
                            + " "
                            + report);
        }
        cut = prefix < sample.journal.size();
        original = cut ? Map.of() : sample.journal.last();
        if (unreadable.isEmpty() && store.size() < present()) {
            throw new AssertionError("The size is " + store.size() + ", not " + present());
        }
        if (cut) {
            return report.cutBytes() > 0 ? Outcome.CUT : Outcome.LOST;
        }
        return unreadable.isEmpty() ? Outcome.WHOLE : Outcome.PARTLY_READABLE;
    }

    private long present() {
        return known.values().stream().filter(value -> value != null).count();
    }

    private void scan(KeyValueStore store) {
        Map<String, byte[]> found = new HashMap<>();
        try (Stream<Entry> entries = store.scan(new byte[0])) {
            entries.forEach(entry -> found.put(string(entry.key()), entry.value()));
        } catch (StoreCorruptedException e) {
            if (unreadable.isEmpty() && !isOfTheIndex(e)) {
                throw new AssertionError("Every key can be read, but not scanned.", e);
            }
            return;
        }
        if (!unreadable.isEmpty()) {
            throw new AssertionError("A scan left out " + unreadable);
        }
        known.forEach((key, value) -> assertSame("scan", key, found.remove(key), value));
        if (!found.isEmpty()) {
            throw new AssertionError("A scan invented " + found.keySet());
        }
    }

    /** A damaged page may be one that no key of the journal belongs to. */
    private static boolean isOfTheIndex(StoreCorruptedException e) {
        return e.file().endsWith(SampleStore.INDEX);
    }

    private void change(KeyValueStore store) {
        int i = 0;
        for (String key : sample.journal.keys()) {
            if (i++ % 5 == 0) {
                set(store, key);
            } else if (i % 7 == 0) {
                delete(store, key);
            }
        }
        for (int added = 0; added < 5; added++) {
            set(store, "added-" + added);
        }
    }

    private void set(KeyValueStore store, String key) {
        byte[] value = bytes("new value of " + key);
        try {
            store.set(bytes(key), value);
            known.put(key, value);
            unreadable.remove(key);
        } catch (StoreCorruptedException e) {
            known.remove(key);
            unreadable.add(key);
        } catch (StoreFailedException e) {
            assertFailedOfDamage(e, key);
        }
    }

    private void delete(KeyValueStore store, String key) {
        try {
            boolean there = store.delete(bytes(key));
            if (known.containsKey(key) && there != (known.get(key) != null)) {
                throw new AssertionError("delete(" + key + ") says " + there);
            }
            known.put(key, null);
            unreadable.remove(key);
        } catch (StoreCorruptedException e) {
            if (known.containsKey(key) && known.get(key) != null) {
                throw new AssertionError(key + " can be read, but not deleted.", e);
            }
        } catch (StoreFailedException e) {
            assertFailedOfDamage(e, key);
        }
    }

    /** Damage that the sealer meets ends all writing; what became of this write is open. */
    private void assertFailedOfDamage(StoreFailedException e, String key) {
        if (!(e.getCause() instanceof StoreCorruptedException)) {
            throw e;
        }
        known.remove(key);
        failed = true;
    }

    private void compact(KeyValueStore store) {
        try {
            store.compact();
        } catch (StoreCorruptedException e) {
            return; // it says where
        } catch (StoreFailedException e) {
            if (!(e.getCause() instanceof StoreCorruptedException)) {
                throw e;
            }
            failed = true;
        }
    }

    private void readAgain(KeyValueStore store) {
        for (Map.Entry<String, byte @Nullable []> entry : known.entrySet()) {
            byte[] value;
            try {
                value = store.get(bytes(entry.getKey()));
            } catch (KeyValueStoreException e) {
                throw new AssertionError(entry.getKey() + " could be read before.", e);
            }
            assertSame("get", entry.getKey(), value, entry.getValue());
        }
        for (String key : Set.copyOf(unreadable)) {
            byte[] value;
            try {
                value = store.get(bytes(key));
            } catch (StoreCorruptedException stillDamaged) {
                continue;
            }
            // An index that was made again may have healed it.
            if (!cut && original.containsKey(key)) {
                assertSame("healed", key, value, original.get(key));
            }
            unreadable.remove(key);
            known.put(key, value);
        }
    }

    private String differences(Map<String, byte @Nullable []> expected) {
        StringBuilder text = new StringBuilder();
        known.forEach(
                (key, value) -> {
                    if (!Arrays.equals(value, expected.get(key)) && text.length() < 500) {
                        text.append(key).append(" is ").append(text(value));
                        text.append(", not ").append(text(expected.get(key))).append("; ");
                    }
                });
        return text + " unreadable: " + unreadable;
    }

    private static void assertSame(
            String how, String key, byte @Nullable [] actual, byte @Nullable [] expected) {
        if (!Arrays.equals(actual, expected)) {
            throw new AssertionError(
                    how + ": " + key + " is " + text(actual) + ", not " + text(expected));
        }
    }

    private static String string(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
