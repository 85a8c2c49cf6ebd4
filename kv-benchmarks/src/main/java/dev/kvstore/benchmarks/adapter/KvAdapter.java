package dev.kvstore.benchmarks.adapter;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreStats;
import org.jspecify.annotations.Nullable;

/** The store of this project, with every option but the durability at its default. */
public final class KvAdapter implements StoreAdapter {

    private final KeyValueStore store;

    /** Opens the store. */
    public KvAdapter(StoreOptions options) {
        store =
                KeyValueStore.builder()
                        .dataPath(options.directory())
                        .durability(options.durability())
                        .open();
    }

    @Override
    public void set(byte[] key, byte[] value) {
        store.set(key, value);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return store.get(key);
    }

    @Override
    public byte[] @Nullable [] getAll(byte[][] keys) {
        return store.getAll(keys);
    }

    @Override
    public void delete(byte[] key) {
        store.delete(key);
    }

    @Override
    public void compact() {
        store.compact();
    }

    /** Returns the number of keys. */
    public long size() {
        return store.size();
    }

    /** Returns what only this store tells about itself. */
    public StoreStats stats() {
        return store.stats();
    }

    @Override
    public void close() {
        store.close();
    }
}
