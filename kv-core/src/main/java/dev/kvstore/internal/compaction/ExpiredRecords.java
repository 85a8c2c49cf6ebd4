package dev.kvstore.internal.compaction;

/** What the engine does for compaction about records whose time to live has passed. */
public interface ExpiredRecords {

    /** Whether the record that expires at a time, in milliseconds since 1970, has expired. */
    boolean isExpired(long expiry);

    /** Deletes a key as a caller would, if the index still points to the address. */
    void delete(byte[] key, long hash, long address);
}
