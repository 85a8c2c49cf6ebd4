package dev.kvstore.testing;

import static dev.kvstore.testing.TestData.bytes;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreListener;
import dev.kvstore.WriteBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A valid call of one method of a store, for tests of what holds for every method. */
public record StoreCall(String name, Consumer<KeyValueStore> call) {

    private static final byte[] KEY = bytes("called");
    private static final byte[] VALUE = bytes("value");
    private static final AtomicInteger BACKUPS = new AtomicInteger();
    private static final Duration TTL = Duration.ofHours(1);

    public void on(KeyValueStore store) {
        call.accept(store);
    }

    /** Every method but {@code close}. */
    public static List<StoreCall> all() {
        List<StoreCall> all = new ArrayList<>(refusedWhenClosed());
        all.addAll(figures());
        return all;
    }

    /** Every method that needs an open store. */
    public static List<StoreCall> refusedWhenClosed() {
        List<StoreCall> all = new ArrayList<>(writes());
        all.addAll(reads());
        all.addAll(upkeep());
        return all;
    }

    /** The methods that change what the store holds. */
    public static List<StoreCall> writes() {
        return List.of(
                new StoreCall("set", store -> store.set(KEY, VALUE)),
                new StoreCall("set with ttl", store -> store.set(KEY, VALUE, TTL)),
                new StoreCall("update", store -> store.update(KEY, VALUE)),
                new StoreCall("delete", store -> store.delete(KEY)),
                new StoreCall("setIfAbsent", store -> store.setIfAbsent(KEY, VALUE)),
                new StoreCall("compareAndSet", store -> store.compareAndSet(KEY, VALUE, VALUE)),
                new StoreCall("write", store -> store.write(new WriteBatch().set(KEY, VALUE))),
                new StoreCall("set strings", store -> store.set("called", "value")),
                new StoreCall("set strings, ttl", store -> store.set("called", "value", TTL)),
                new StoreCall("update strings", store -> store.update("called", "value")),
                new StoreCall("delete string", store -> store.delete("called")),
                new StoreCall("setIfAbsent strings", store -> store.setIfAbsent("called", "v")),
                new StoreCall(
                        "compareAndSet strings", store -> store.compareAndSet("called", "v", "w")));
    }

    /** The methods that return what the store holds. */
    public static List<StoreCall> reads() {
        return List.of(
                new StoreCall("get", store -> store.get(KEY)),
                new StoreCall("contains", store -> store.contains(KEY)),
                new StoreCall("getAll", store -> store.getAll(new byte[][] {KEY, VALUE})),
                new StoreCall("scan", store -> consume(store.scan(KEY))),
                new StoreCall("forEach", store -> store.forEach(Entry::value)),
                new StoreCall("size", KeyValueStore::size),
                new StoreCall("get string", store -> store.get("called")),
                new StoreCall("contains string", store -> store.contains("called")),
                new StoreCall("getAll strings", store -> store.getAll(List.of("called"))),
                new StoreCall("scan string", store -> consume(store.scan("called"))));
    }

    /** The methods that look after the store. */
    public static List<StoreCall> upkeep() {
        return List.of(
                new StoreCall("sync", KeyValueStore::sync),
                new StoreCall("verify", KeyValueStore::verify),
                new StoreCall("backup", store -> store.backup(besideTheStore(store))),
                new StoreCall("compact", KeyValueStore::compact),
                new StoreCall("compact with listener", store -> store.compact(progress -> {})),
                new StoreCall("addListener", store -> store.addListener(new StoreListener() {})));
    }

    /** The methods that tell of the store, and go on telling after it was closed. */
    public static List<StoreCall> figures() {
        return List.of(
                new StoreCall("stats", KeyValueStore::stats),
                new StoreCall("compactionStatus", KeyValueStore::compactionStatus));
    }

    // A backup needs a directory of its own; what is beside the store goes when the test ends.
    private static Path besideTheStore(KeyValueStore store) {
        return store.stats().dataPath().resolveSibling("backup-" + BACKUPS.incrementAndGet());
    }

    private static void consume(Stream<Entry> scan) {
        try (scan) {
            scan.forEach(Entry::value);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
