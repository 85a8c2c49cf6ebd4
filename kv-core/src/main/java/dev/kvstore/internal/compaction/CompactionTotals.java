package dev.kvstore.internal.compaction;

/**
 * What all compactions since the store was opened did together.
 *
 * @param compactions how many did something
 * @param nanos how long those took
 * @param failures how many failed
 * @param relocatedBytes bytes of records that were copied
 * @param reclaimedBytes bytes of garbage that were removed
 */
public record CompactionTotals(
        long compactions, long nanos, long failures, long relocatedBytes, long reclaimedBytes) {

    /** The totals of a store that has not been compacted. */
    public static final CompactionTotals NONE = new CompactionTotals(0, 0, 0, 0, 0);

    /** Returns these totals with a compaction added that is through. */
    CompactionTotals plus(
            boolean didSomething, long nanos, boolean failed, long relocated, long reclaimed) {
        return new CompactionTotals(
                compactions + (didSomething ? 1 : 0),
                this.nanos + (didSomething ? nanos : 0),
                failures + (failed ? 1 : 0),
                relocatedBytes + relocated,
                reclaimedBytes + reclaimed);
    }
}
