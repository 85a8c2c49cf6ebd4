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
import org.jspecify.annotations.Nullable;

/**
 * What there is to know about records that a rebuild has met: from the hint that lists them, or
 * else from the records themselves.
 *
 * <p><b>Threads:</b> used by several at a time, once all hints are known.
 */
final class LoggedRecords {

    /** A record. */
    record Logged(Segment segment, int offset, long hash) {

        boolean isIntact() {
            return segment.isIntact(offset, segment.generation());
        }
    }

    private final SegmentTable segments;
    private final long hashSeed;
    private final Map<Segment, Hint> listing = new HashMap<>();
    private final KeyMatcher<Logged, Logged> sameKey = new SameKey();

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
        int keySize = RecordFormat.keySize(buffer, offset);
        return KeyHash.of(hashSeed, buffer, keyOffset(buffer, offset), keySize);
    }

    private static int keyOffset(ByteBuffer buffer, int offset) {
        return offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
    }

    /** Returns a record that was met, whose key has some hash. */
    Logged at(long address, long hash) {
        return new Logged(segmentOf(address), offsetOf(address), hash);
    }

    /** Returns what matches records whose key is that of a record. */
    KeyMatcher<Logged, Logged> sameKey() {
        return sameKey;
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
    private final class SameKey implements KeyMatcher<Logged, Logged> {

        @Override
        public @Nullable Logged match(Logged sought, long address, long life) {
            Segment segment = segmentOf(address);
            int offset = offsetOf(address);
            if (hash(segment, offset) != sought.hash()) {
                return null;
            }
            Logged other = new Logged(segment, offset, sought.hash());
            // Two keys of one hash are possible, but a damaged one is likelier: then it is the
            // same, and the newest stays, whichever of the two that is.
            return haveSameKey(sought, other) || !sought.isIntact() || !other.isIntact()
                    ? other
                    : null;
        }

        private static boolean haveSameKey(Logged one, Logged other) {
            ByteBuffer a = one.segment().buffer();
            ByteBuffer b = other.segment().buffer();
            int size = RecordFormat.keySize(a, one.offset());
            int keyA = keyOffset(a, one.offset());
            int keyB = keyOffset(b, other.offset());
            return size == RecordFormat.keySize(b, other.offset())
                    && keyA + size <= one.segment().capacityBytes()
                    && keyB + size <= other.segment().capacityBytes()
                    && a.slice(keyA, size).equals(b.slice(keyB, size));
        }
    }
}
