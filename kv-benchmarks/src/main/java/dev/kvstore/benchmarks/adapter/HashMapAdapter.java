package dev.kvstore.benchmarks.adapter;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A limit to compare with: a {@link ConcurrentHashMap} on the heap, sized in advance, that keeps
 * and returns copies as a store must. It survives nothing.
 */
public final class HashMapAdapter implements StoreAdapter {

    private final ConcurrentHashMap<Key, byte[]> map;

    /** Makes the map. */
    public HashMapAdapter(StoreOptions options) {
        options.refuseSync("a map on the heap");
        map = new ConcurrentHashMap<>(Math.toIntExact(options.keys()));
    }

    @Override
    public void set(byte[] key, byte[] value) {
        map.put(new Key(key.clone()), value.clone());
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = map.get(new Key(key));
        return value == null ? null : value.clone();
    }

    @Override
    public void delete(byte[] key) {
        map.remove(new Key(key));
    }

    @Override
    public void close() {}

    private record Key(byte[] bytes) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }
}
