package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know about records that a rebuild has met: from the hint that lists them, or
 * else from the records themselves.
 *
 * <p><b>Threads:</b> used by several at a time, once all hints are known.
 */
final class LoggedRecords {

    /** A record that was met and whose key is sought; made once, and set for each record. */
    static final class Sought {

        private long address;
        private long hash;

        Sought set(long address, long hash) {
            this.address = address;
            this.hash = hash;
            return this;
        }
    }

    /** The header and a short key, which may be in two lines of the cache. */
    private static final int TOUCHED_BYTES = 40;

    private final SegmentTable segments;
    private final long hashSeed;
    private final @Nullable Hint[] listing; // by the segment's id
    private final KeyMatcher<Sought, Sought> sameKey = new SameKey();

    LoggedRecords(SegmentTable segments, long hashSeed) {
        this.segments = segments;
        this.hashSeed = hashSeed;
        this.listing = new @Nullable Hint[segments.count()];
    }

    /** Says that a hint lists the records of a segment. */
    void areListed(Segment segment, Hint hint) {
        listing[segment.id()] = hint;
    }

    /** Has the processor fetch the starts of records, ahead of a look at them. */
    void touch(long[] addresses, int count) {
        long seen = 0;
        for (int i = 0; i < count; i++) {
            ByteBuffer buffer = segmentOf(addresses[i]).buffer();
            int offset = offsetOf(addresses[i]);
            seen |= buffer.getLong(offset);
            seen |= buffer.getLong(Math.min(offset + TOUCHED_BYTES, buffer.capacity()) - 8);
        }
        if (seen == 0) {
            Thread.onSpinWait(); // a use of what was loaded, or the compiler leaves it out
        }
    }

    long sequence(long address) {
        Segment segment = segmentOf(address);
        int offset = offsetOf(address);
        Hint hint = listing[segment.id()];
        return hint == null
                ? RecordFormat.sequence(segment.buffer(), offset)
                : hint.sequence(hint.entryAt(offset));
    }

    int size(long address) {
        Segment segment = segmentOf(address);
        int offset = offsetOf(address);
        Hint hint = listing[segment.id()];
        return hint == null
                ? RecordFormat.size(segment.buffer(), offset)
                : hint.size(hint.entryAt(offset));
    }

    boolean isTombstone(long address) {
        Segment segment = segmentOf(address);
        int offset = offsetOf(address);
        Hint hint = listing[segment.id()];
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

    /** Returns what matches records whose key is that of another record. */
    KeyMatcher<Sought, Sought> sameKey() {
        return sameKey;
    }

    private Segment segmentOf(long address) {
        return segments.get(segments.addresses().segmentId(address));
    }

    private int offsetOf(long address) {
        return segments.addresses().offset(address);
    }

    private long hash(Segment segment, int offset) {
        Hint hint = listing[segment.id()];
        return hint == null ? hashOfKey(segment, offset) : hint.hash(hint.entryAt(offset));
    }

    private final class SameKey implements KeyMatcher<Sought, Sought> {

        @Override
        public @Nullable Sought match(Sought sought, long address, long life) {
            if (hash(segmentOf(address), offsetOf(address)) != sought.hash) {
                return null;
            }
            // Two keys of one hash are possible, but a damaged one is likelier: then it is the
            // same, and the newest stays, whichever of the two that is.
            return haveSameKey(sought.address, address)
                            || !isIntact(sought.address)
                            || !isIntact(address)
                    ? sought
                    : null;
        }
    }

    private boolean isIntact(long address) {
        Segment segment = segmentOf(address);
        return segment.isIntact(offsetOf(address), segment.generation());
    }

    private boolean haveSameKey(long one, long other) {
        ByteBuffer a = segmentOf(one).buffer();
        ByteBuffer b = segmentOf(other).buffer();
        int size = RecordFormat.keySize(a, offsetOf(one));
        int keyA = keyOffset(a, offsetOf(one));
        int keyB = keyOffset(b, offsetOf(other));
        return size == RecordFormat.keySize(b, offsetOf(other))
                && keyA + size <= a.capacity()
                && keyB + size <= b.capacity()
                && areEqual(a, keyA, b, keyB, size);
    }

    private static boolean areEqual(ByteBuffer a, int atA, ByteBuffer b, int atB, int size) {
        int i = 0;
        for (; i + Long.BYTES <= size; i += Long.BYTES) {
            if (a.getLong(atA + i) != b.getLong(atB + i)) {
                return false;
            }
        }
        for (; i < size; i++) {
            if (a.get(atA + i) != b.get(atB + i)) {
                return false;
            }
        }
        return true;
    }
}
