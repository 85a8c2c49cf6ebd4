package dev.kvstore.benchmarks.adapter;

import org.jspecify.annotations.Nullable;

/**
 * A store as the benchmarks see it: what every store can do, with nothing between the caller and
 * the store that costs time.
 *
 * <p>Keys and values that are passed in belong to the caller, who fills the same arrays again for
 * the next call: an adapter of a store that keeps references copies them.
 *
 * <p><b>Threads:</b> every method but {@link #compact} and {@link #close} is called by any number
 * of threads.
 */
public interface StoreAdapter extends AutoCloseable {

    /** Stores a value, with the durability that the store was opened with. */
    void set(byte[] key, byte[] value);

    /** Returns a copy of the value, or null if the key is absent. */
    byte @Nullable [] get(byte[] key);

    /** Returns copies of many values, by a call of the store's own where it has one. */
    default byte[] @Nullable [] getAll(byte[][] keys) {
        byte[] @Nullable [] values = new byte[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            values[i] = get(keys[i]);
        }
        return values;
    }

    /** Removes a key, with the durability that the store was opened with. */
    void delete(byte[] key);

    /** Gives back the space of what is obsolete; does nothing where a store has no such call. */
    default void compact() {}

    @Override
    void close();
}
