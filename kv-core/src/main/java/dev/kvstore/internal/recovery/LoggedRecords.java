package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * What there is to know about records that a rebuild has met: from the hint that lists them, or
 * else from the records themselves.
 *
 * <p><b>Threads:</b> used by several at a time, once all hints are known.
 */
final class LoggedRecords {

    private final SegmentTable segments;
    private final long hashSeed;
    private final Map<Segment, Hint> listing = new HashMap<>();

    LoggedRecords(SegmentTable segments, long hashSeed) {
        this.segments = segments;
        this.hashSeed = hashSeed;
    }

    /** Says that a hint lists the records of a segment. */
    void areListed(Segment segment, Hint hint) {
        listing.put(segment, hint);
    }

    long sequence(long address) {
        Segment segment = segmentOf(address);
        int offset = offsetOf(address);
        Hint hint = listing.get(segment);
        return hint == null
                ? RecordFormat.sequence(segment.buffer(), offset)
                : hint.sequence(hint.entryAt(offset));
    }

    int size(long address) {
        Segment segment = segmentOf(address);
        int offset = offsetOf(address);
        Hint hint = listing.get(segment);
        return hint == null
                ? RecordFormat.size(segment.buffer(), offset)
                : hint.size(hint.entryAt(offset));
    }

    boolean isTombstone(long address) {
        Segment segment = segmentOf(address);
        int offset = offsetOf(address);
        Hint hint = listing.get(segment);
        return hint == null
                ? RecordFormat.flags(segment.buffer(), offset) == RecordFormat.TOMBSTONE
                : hint.isTombstone(hint.entryAt(offset));
    }

    /** Returns the hash of the key that a record has. */
    long hashOfKey(Segment segment, int offset) {
        ByteBuffer buffer = segment.buffer();
        int keyOffset = offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
        return KeyHash.of(hashSeed, buffer, keyOffset, RecordFormat.keySize(buffer, offset));
    }

    /** Returns what matches the records of the key that a record has, which is of some hash. */
    KeyMatcher withSameKey(long address, long hash) {
        return new SameKey(address, hash);
    }

    private Segment segmentOf(long address) {
        return segments.get(segments.addresses().segmentId(address));
    }

    private int offsetOf(long address) {
        return segments.addresses().offset(address);
    }

    private long hash(Segment segment, int offset) {
        Hint hint = listing.get(segment);
        return hint == null ? hashOfKey(segment, offset) : hint.hash(hint.entryAt(offset));
    }

    /** Matches a record whose key is that of another record. */
    private final class SameKey implements KeyMatcher {

        private final Segment segment;
        private final int offset;
        private final long hash;
        private long candidate;

        SameKey(long address, long hash) {
            this.segment = segmentOf(address);
            this.offset = offsetOf(address);
            this.hash = hash;
        }

        @Override
        public void locate(long address) {
            candidate = address;
        }

        @Override
        public Answer match() {
            Segment other = segmentOf(candidate);
            int otherOffset = offsetOf(candidate);
            if (hash(other, otherOffset) != hash) {
                return Answer.NO;
            }
            // Two keys of one hash are possible, but a damaged one is likelier: then it is the
            // same, and the newest stays, whichever of the two that is.
            return isSameKey(other, otherOffset)
                            || !isIntact(segment, offset)
                            || !isIntact(other, otherOffset)
                    ? Answer.YES
                    : Answer.NO;
        }

        private boolean isIntact(Segment of, int at) {
            return of.isIntact(at, of.generation());
        }

        private boolean isSameKey(Segment other, int otherOffset) {
            ByteBuffer a = segment.buffer();
            ByteBuffer b = other.buffer();
            int size = RecordFormat.keySize(a, offset);
            int keyA = offset + RecordFormat.headerSize(RecordFormat.flags(a, offset));
            int keyB = otherOffset + RecordFormat.headerSize(RecordFormat.flags(b, otherOffset));
            return size == RecordFormat.keySize(b, otherOffset)
                    && keyA + size <= segment.capacityBytes()
                    && keyB + size <= other.capacityBytes()
                    && a.slice(keyA, size).equals(b.slice(keyB, size));
        }
    }
}
