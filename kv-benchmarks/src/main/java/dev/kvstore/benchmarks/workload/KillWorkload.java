package dev.kvstore.benchmarks.workload;

/**
 * An endless sequence of writes, of which the state after any number of them can be computed: pass
 * after pass over all keys in the same shuffled order, where one write in sixteen is a delete. So a
 * process can be killed at any moment, and what its store must hold is known from the number of
 * writes that had returned.
 */
public final class KillWorkload {

    /** The expected version of a key that must be absent. */
    public static final long ABSENT = -1;

    private final long keys;
    private final long initialVersion;
    private final Permutation order;

    /** Starts from a store in which every key has the same version. */
    public KillWorkload(long keys, long initialVersion) {
        this.keys = keys;
        this.initialVersion = initialVersion;
        this.order = new Permutation(keys, 99);
    }

    /** Returns the index of the key that an operation writes. */
    public long index(long operation) {
        return order.at(operation % keys);
    }

    /** Returns the version that an operation leaves, or {@link #ABSENT} if it deletes. */
    public long version(long operation) {
        boolean deletes = (Mix.mix(operation) & 15) == 0;
        return deletes ? ABSENT : initialVersion + 1 + operation / keys;
    }

    /** Returns what the key at a position in the order must have after so many operations. */
    public long expected(long position, long operations) {
        long passes = (operations - position + keys - 1) / keys;
        return operations <= position ? initialVersion : version(position + (passes - 1) * keys);
    }
}
