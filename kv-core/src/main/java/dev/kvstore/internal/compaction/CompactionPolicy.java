package dev.kvstore.internal.compaction;

import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which segment to compact next: of those that are full and on the disk, the one with the most
 * garbage for its size ("greedy"; Rosenblum and Ousterhout, "The Design and Implementation of a
 * Log-Structured File System", 1992).
 */
final class CompactionPolicy {

    /** A segment that was ended early is worth merging with others. */
    private static final double WORTHWHILE_SLACK = 0.25;

    private final SegmentTable segments;
    private final int segmentSizeBytes;
    private final LongSupplier now;

    /** The life of each segment in which damage was found. */
    private final Map<Segment, Long> damaged = new HashMap<>();

    CompactionPolicy(SegmentTable segments, int segmentSizeBytes, LongSupplier now) {
        this.segments = segments;
        this.segmentSizeBytes = segmentSizeBytes;
        this.now = now;
    }

    /** The share of the full segments' space that is reclaimable; 0 to 1. */
    double garbageRatio() {
        long capacity = 0;
        long reclaimable = 0;
        for (Segment segment : segments.all()) {
            if (isCandidate(segment)) {
                capacity += segment.capacityBytes();
                reclaimable += reclaimableBytes(segment);
            }
        }
        return capacity == 0 ? 0 : (double) reclaimable / capacity;
    }

    /** The share of the full segments' space that one segment takes: so much can be made free. */
    double shareOfOneSegment() {
        long capacity = 0;
        for (Segment segment : segments.all()) {
            capacity += isCandidate(segment) ? segment.capacityBytes() : 0;
        }
        return capacity == 0 ? 1 : (double) segmentSizeBytes / capacity;
    }

    /** Leaves a segment alone from now on, in which damage was found. */
    void leaveOut(Segment segment) {
        damaged.put(segment, segment.generation());
    }

    /** Tries the segments again in which damage was found. */
    void leaveNoneOut() {
        damaged.clear();
    }

    /**
     * If more than a share of the full segments' space is tombstones that cannot be dropped: the
     * oldest segment with dead records, for those are what keeps the tombstones.
     *
     * @param coldTail the segment that compaction copies to, which may be that one
     */
    Optional<Segment> keepingTombstones(double share, Segment coldTail) {
        long capacity = 0;
        long kept = 0;
        long newest = 0;
        for (Segment segment : segments.all()) {
            if (isCandidate(segment)) {
                capacity += segment.capacityBytes();
                if (segment.tombstoneBytes() > 0 && !areTombstonesDroppable(segment)) {
                    kept += segment.tombstoneBytes();
                    newest = Math.max(newest, segment.tombstoneGeneration());
                }
            }
        }
        if (kept <= share * capacity) {
            return Optional.empty();
        }
        long newestGeneration = newest;
        return segments.all().stream()
                .filter(segment -> isCandidate(segment) || isTail(segment, coldTail))
                .filter(segment -> segment.deadRecords() > 0)
                .filter(segment -> segment.generation() <= newestGeneration)
                .min(Comparator.comparingLong(Segment::generation));
    }

    private static boolean isTail(Segment segment, Segment coldTail) {
        return segment == coldTail && segment.state() == Segment.State.TAIL;
    }

    /** The segment with the most garbage for its size. */
    Optional<Segment> mostGarbage() {
        return segments.all().stream()
                .filter(this::isCandidate)
                .filter(segment -> reclaimableBytes(segment) > 0)
                .max(
                        Comparator.comparingDouble(
                                segment ->
                                        (double) reclaimableBytes(segment)
                                                / segment.capacityBytes()));
    }

    /**
     * All segments in which there is something to reclaim: those without tombstones first, then the
     * oldest, so that a tombstone is met when what it removes is gone already.
     *
     * <p>Of segments begun after the newest generation only those count that have tombstones to
     * drop, or records that expired before a time in milliseconds since 1970: what callers make
     * obsolete meanwhile has no end.
     */
    List<Segment> allWithGarbage(long newestGeneration, long expiredAt) {
        return segments.all().stream()
                .filter(this::isCandidate)
                .filter(
                        segment ->
                                segment.generation() <= newestGeneration
                                        ? hasGarbage(segment)
                                        : hasDroppableTombstones(segment)
                                                || segment.expirations().earliest() <= expiredAt)
                .sorted(
                        Comparator.comparing((Segment segment) -> segment.tombstoneBytes() > 0)
                                .thenComparingLong(Segment::generation))
                .toList();
    }

    /** Whether there is something to reclaim in a segment that is still being written. */
    boolean isWorthEnding(Segment segment) {
        return segment.deadRecords() > 0
                || segment.tombstoneBytes() > 0
                || segment.expirations().earliest() <= now.getAsLong();
    }

    private boolean hasGarbage(Segment segment) {
        return segment.deadRecords() > 0
                || segment.expirations().earliest() <= now.getAsLong()
                || hasDroppableTombstones(segment)
                || segment.slackBytes() > WORTHWHILE_SLACK * segment.capacityBytes();
    }

    private boolean hasDroppableTombstones(Segment segment) {
        return segment.tombstoneBytes() > 0 && areTombstonesDroppable(segment);
    }

    private boolean isCandidate(Segment segment) {
        // What is larger than a segment cannot be copied into one; it goes when it is dead, and an
        // expired one is deleted, not copied. There is one record in it.
        Long damagedLife = damaged.get(segment);
        return segment.state() == Segment.State.PROVEN
                && (damagedLife == null || damagedLife != segment.generation())
                && (segment.capacityBytes() <= segmentSizeBytes
                        || segment.liveBytes() == 0
                        || segment.expirations().hasExpired(now.getAsLong()));
    }

    private long reclaimableBytes(Segment segment) {
        long expired = segment.expirations().expiredBytes(now.getAsLong());
        long needed = Math.max(0, segment.liveBytes() - expired);
        if (segment.tombstoneBytes() > 0 && !areTombstonesDroppable(segment)) {
            needed += segment.tombstoneBytes();
        }
        long garbage = segment.usedBytes() - needed;
        // The gap behind its records goes with them, in the end: by as much as they do.
        return segment.isFilled()
                ? garbage * segment.capacityBytes() / Math.max(1, segment.usedBytes())
                : garbage + segment.slackBytes();
    }

    private boolean areTombstonesDroppable(Segment segment) {
        return !mayHoldOlderVersion(segment.tombstoneGeneration(), segment);
    }

    /**
     * Whether an older version of a deleted key may be anywhere but in the tombstone's own segment.
     *
     * <p>Every older version was obsolete when the tombstone was published. Compaction copies no
     * obsolete record, so it can only be in a segment that had been begun by then, and it counts
     * there as dead. So it is nowhere if no segment that old has dead records.
     *
     * @param generation the newest generation when the tombstone was written
     */
    boolean mayHoldOlderVersion(long generation, Segment own) {
        for (Segment segment : segments.all()) {
            if (segment != own
                    && segment.kind() != Segment.Kind.FREE
                    && segment.generation() <= generation
                    && segment.deadRecords() > 0) {
                return true;
            }
        }
        return false;
    }
}
