package dev.kvstore.benchmarks.jmh;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import org.jspecify.annotations.Nullable;

/**
 * A store that is open in this JVM already, which benchmarks that run without a fork use in place
 * of one of their own: so several can be run on one store that was filled once.
 */
public final class SharedStore {

    private static volatile @Nullable StoreAdapter shared;

    private SharedStore() {}

    /** Sets the store, which has the keys that the benchmarks' parameters say, or null. */
    public static void set(@Nullable StoreAdapter store) {
        shared = store;
    }

    static @Nullable StoreAdapter get() {
        return shared;
    }
}
