package dev.kvstore.benchmarks.adapter;

import dev.kvstore.Durability;
import java.nio.file.Path;

/**
 * What a store is opened with.
 *
 * @param directory an existing directory that is the store's alone
 * @param durability what a write survives; an adapter refuses what its store cannot promise
 * @param keys how many keys it will hold, for stores that must be sized in advance
 * @param keyBytes the length of a key
 * @param valueBytes the length of a value
 */
public record StoreOptions(
        Path directory, Durability durability, long keys, int keyBytes, int valueBytes) {

    /** Returns whether a write must be on the disk when it returns. */
    public boolean sync() {
        return durability == Durability.SYNC;
    }

    /** Returns the same options with another durability. */
    public StoreOptions with(Durability other) {
        return new StoreOptions(directory, other, keys, keyBytes, valueBytes);
    }

    /** Throws unless a crash of the process is all that a write has to survive. */
    public void refuseSync(String why) {
        if (sync()) {
            throw new IllegalArgumentException("No durability beyond the process: " + why);
        }
    }
}
