package dev.kvstore.internal.compaction;

/** What the engine does for compaction about records whose time to live has passed. */
public interface ExpiredRecords {

    /**
     * Returns the time now, in milliseconds since 1970; a record expires when its time is reached.
     */
    long now();

    /** Deletes a key as a caller would, if the index still points to the address. */
    void delete(byte[] key, long hash, long address);
}
