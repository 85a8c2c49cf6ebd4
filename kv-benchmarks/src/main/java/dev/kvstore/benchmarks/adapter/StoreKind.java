package dev.kvstore.benchmarks.adapter;

import dev.kvstore.Durability;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A store and its durability, by the name that commands and benchmarks use: {@code kv}, {@code
 * rocksdb}, {@code kv-interval}, {@code kv-sync}. Without a suffix writes survive the death of the
 * process ({@link Durability#OS}), so that stores are compared in the same class.
 *
 * @param name the whole name
 * @param adapter the adapter's class
 * @param durability what writes survive
 */
public record StoreKind(String name, String adapter, Durability durability) {

    private static final String PEERS = "dev.kvstore.benchmarks.peer.";

    // By class name, because those of the peers are there in a build with the profile only.
    private static final Map<String, String> ADAPTERS =
            new TreeMap<>(
                    Map.of(
                            "kv", KvAdapter.class.getName(),
                            "hashmap", HashMapAdapter.class.getName(),
                            "append", AppendAdapter.class.getName(),
                            "rocksdb", PEERS + "RocksDbAdapter",
                            "lmdb", PEERS + "LmdbAdapter",
                            "mvstore", PEERS + "MvStoreAdapter",
                            "mapdb", PEERS + "MapDbAdapter",
                            "chronicle", PEERS + "ChronicleMapAdapter"));

    /** Reads a name. */
    public static StoreKind of(String name) {
        int dash = name.indexOf('-');
        String adapter = ADAPTERS.get(dash < 0 ? name : name.substring(0, dash));
        if (adapter == null) {
            throw new IllegalArgumentException(
                    "No store is called " + name + "; there are " + ADAPTERS.keySet());
        }
        StoreKind kind =
                new StoreKind(name, adapter, dash < 0 ? Durability.OS : durability(name, dash));
        if (kind.durability == Durability.INTERVAL && !kind.ours()) {
            throw new IllegalArgumentException("Only kv has -interval");
        }
        return kind;
    }

    /** Returns whether this is the store of this project. */
    public boolean ours() {
        return adapter.equals(KvAdapter.class.getName());
    }

    /** Returns whether a store that is closed can be opened again. */
    public boolean persistent() {
        return !adapter.equals(HashMapAdapter.class.getName());
    }

    /** Opens the store; its durability is that of the options. */
    public StoreAdapter open(StoreOptions options) {
        try {
            return Class.forName(adapter)
                    .asSubclass(StoreAdapter.class)
                    .getConstructor(StoreOptions.class)
                    .newInstance(options);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("Could not open " + name, e.getCause());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(name + " is there in a build with -Ppeers only", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(adapter + " is no adapter", e);
        }
    }

    private static Durability durability(String name, int dash) {
        return Durability.valueOf(name.substring(dash + 1).toUpperCase(Locale.ROOT));
    }
}
