package dev.kvstore.benchmarks.adapter;

import dev.kvstore.Durability;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
                            "twoloads", TwoLoadsAdapter.class.getName(),
                            "rocksdb", PEERS + "RocksDbAdapter",
                            "lmdb", PEERS + "LmdbAdapter",
                            "mvstore", PEERS + "MvStoreAdapter",
                            "mapdb", PEERS + "MapDbAdapter",
                            "chronicle", PEERS + "ChronicleMapAdapter"));

    private static final Set<String> LIMITS = Set.of("hashmap", "append", "twoloads");
    private static final Set<String> NEVER_SYNCED = Set.of("hashmap", "twoloads", "chronicle");
    private static final Set<String> IN_PLACE = Set.of("lmdb", "chronicle");

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

    /** Returns whether this is no store, but something simple that shows what is possible. */
    public boolean limit() {
        return LIMITS.contains(base());
    }

    /** Returns whether a store that is closed can be opened again. */
    public boolean persistent() {
        return !limit();
    }

    /** Returns whether it can read. */
    public boolean readable() {
        return !base().equals("append");
    }

    /** Returns whether there is one whose writes survive a power cut. */
    public boolean syncable() {
        return !NEVER_SYNCED.contains(base());
    }

    /** Returns whether it has obsolete records to give the space of back. */
    public boolean compacts() {
        return persistent() && !IN_PLACE.contains(base());
    }

    /** Returns the name without the durability. */
    public String base() {
        int dash = name.indexOf('-');
        return dash < 0 ? name : name.substring(0, dash);
    }

    /** Returns whether this build has it: peers are there with the profile {@code peers} only. */
    public boolean present() {
        String file = adapter.replace('.', '/') + ".class";
        return StoreKind.class.getClassLoader().getResource(file) != null;
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
