package dev.kvstore.benchmarks.peer;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * MVStore, the storage of H2, from H2's jar.
 *
 * <p>Settings: keys and values by the type for byte arrays rather than by the one that finds out
 * what it has; a page cache of a quarter of the heap, 1 GiB at most; without {@code -sync} old
 * chunks are not kept for the 45 seconds that guard against a power cut, but used again at once,
 * which saves much space; the rest as it is by default.
 *
 * <p>A write survives the death of the process after the automatic commit, that is a second later:
 * MVStore has no cheaper commit than one that writes a chunk, and the class of the others would
 * cost it one for each write. With {@code -sync} each write does that, and a sync.
 */
public final class MvStoreAdapter implements StoreAdapter {

    private static final int MAX_CACHE_MIB = 1024;
    private static final int MAX_COMPACT_MILLIS = 600_000;

    private final MVStore store;
    private final MVMap<byte[], byte[]> map;
    private final boolean sync;

    /** Opens the file. */
    public MvStoreAdapter(StoreOptions given) {
        sync = given.sync();
        long quarterMib = Runtime.getRuntime().maxMemory() >> 22;
        store =
                new MVStore.Builder()
                        .fileName(given.directory().resolve("store.mv").toString())
                        .cacheSize((int) Math.min(quarterMib, MAX_CACHE_MIB))
                        .open();
        if (!sync) {
            store.setRetentionTime(0);
        }
        map =
                store.openMap(
                        "map",
                        new MVMap.Builder<byte[], byte[]>()
                                .keyType(ByteArrayDataType.INSTANCE)
                                .valueType(ByteArrayDataType.INSTANCE));
    }

    @Override
    public void set(byte[] key, byte[] value) {
        map.put(key.clone(), value.clone());
        force();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = map.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public void delete(byte[] key) {
        map.remove(key);
        force();
    }

    @Override
    public void compact() {
        store.compactFile(MAX_COMPACT_MILLIS);
    }

    @Override
    public void close() {
        store.close();
    }

    private void force() {
        if (sync) {
            store.commit();
            store.sync();
        }
    }
}
