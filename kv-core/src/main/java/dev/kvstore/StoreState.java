package dev.kvstore;

/** What a store can do at the moment. */
public enum StoreState {
    /** Reads and writes work. */
    OPEN,
    /** Opened read-only: reads work, writes are refused. */
    READ_ONLY,
    /**
     * The disk is full or below the free-disk floor: reads, deletes and compaction work, other
     * writes are refused until there is room. Or files cannot be opened, for want of a descriptor
     * for example: reads work, all writes are refused before long, until they can be.
     */
    FULL,
    /** An I/O error stopped writes for good; reads work. Close the store and open it again. */
    FAILED,
    /** Closed: nothing works but {@code stats()} and {@code compactionStatus()}. */
    CLOSED
}
