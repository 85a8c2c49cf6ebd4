package dev.kvstore.internal.log;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the records of a segment in the order they were written, checking each. A batch is
 * checked as a whole before the first of its records is delivered.
 */
public final class RecordScanner {

    private final ByteBuffer buffer;
    private final int limit;
    private final int seed;
    private int offset;
    private int next = SegmentFormat.HEADER_SIZE_BYTES;
    private @Nullable String problem;

    /** Scans a segment as it is in its present life, up to an offset. */
    public RecordScanner(Segment segment, int limit) {
        this.buffer = segment.buffer();
        this.limit = limit;
        this.seed = segment.seed(segment.generation());
    }

    /**
     * Steps to the next record. Batches, marks and ends are delivered too.
     *
     * @return false at the limit, or where there is no record
     */
    public boolean next() {
        if (next >= limit) {
            return false;
        }
        problem = RecordFormat.problem(buffer, next, limit, seed);
        if (problem != null) {
            return false;
        }
        offset = next;
        next += isBatch() ? RecordFormat.BATCH_HEADER_SIZE_BYTES : size();
        return true;
    }

    /** Returns why the scan ended before the limit, or null if it did not. */
    public @Nullable String problem() {
        return problem;
    }

    /** Returns the offset behind the last record that was delivered. */
    public int end() {
        return next;
    }

    /** Returns where the record is. */
    public int offset() {
        return offset;
    }

    /** Returns the record's flags. */
    public int flags() {
        return RecordFormat.flags(buffer, offset);
    }

    /** Whether the record holds a key's value. */
    public boolean isValue() {
        return (flags() & ~RecordFormat.EXPIRY) == 0;
    }

    /** Whether the record says that a key was removed. */
    public boolean isTombstone() {
        return flags() == RecordFormat.TOMBSTONE;
    }

    /** Whether the record is one around the others of a batch. */
    public boolean isBatch() {
        return flags() == RecordFormat.BATCH;
    }

    /** Returns the record's size. */
    public int size() {
        return RecordFormat.size(buffer, offset);
    }

    /** Returns where the key is. */
    public int keyOffset() {
        return offset + RecordFormat.headerSize(flags());
    }

    /** Returns the size of the key. */
    public int keySize() {
        return RecordFormat.keySize(buffer, offset);
    }

    /** Returns the record's sequence number. */
    public long sequence() {
        return RecordFormat.sequence(buffer, offset);
    }

    /** Returns the number that a tombstone, a mark or an end has as its value. */
    public long note() {
        return buffer.getLong(keyOffset() + keySize());
    }
}
