package dev.kvstore.internal.engine;

import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;

/**
 * Brings what lookups will need into the processor's cache. Proves nothing and changes nothing.
 *
 * <p><b>Threads:</b> any, without a lock.
 */
final class Prefetch {

    private final Log log;
    private final HashIndex index;
    private final StoreGate gate;

    Prefetch(Log log, HashIndex index, StoreGate gate) {
        this.log = log;
        this.index = index;
        this.gate = gate;
    }

    /** Fetches bucket and record of a key, and waits for the bucket. */
    void fetch(long hash) {
        try {
            log.hotTail().touch();
            log.touch(index.candidate(hash));
        } catch (IllegalStateException e) {
            gate.checkOpen(); // else a segment's mapping went, and the lookup will find another
        }
    }

    /**
     * Fetches first all buckets and then all records, in loops whose turns do not depend on each
     * other, so that the processor waits for many cache misses at a time.
     */
    void fetch(long[] hashes) {
        try {
            index.touch(hashes, 0, hashes.length, new long[hashes.length]);
            for (long hash : hashes) {
                log.touch(index.candidate(hash));
            }
        } catch (IllegalStateException e) {
            gate.checkOpen(); // as above
        }
    }
}
