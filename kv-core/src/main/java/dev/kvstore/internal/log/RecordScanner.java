package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.RangeChecksum;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the records of a segment in the order they were written, checking each. A batch is
 * checked as a whole before the first of its records is delivered.
 */
public final class RecordScanner {

    private final ByteBuffer buffer;
    private final RangeChecksum payload;
    private final int limit;
    private final int seed;
    private int offset;
    private int next;
    private @Nullable String problem;

    /** Scans a segment as it is in its present life, up to an offset. */
    public RecordScanner(Segment segment, int limit) {
        this(segment, SegmentFormat.HEADER_SIZE_BYTES, limit);
    }

    /** Scans a segment as it is in its present life, from where a record begins up to an offset. */
    public RecordScanner(Segment segment, int from, int limit) {
        this(segment.buffer(), segment.seed(segment.generation()), from, limit);
    }

    RecordScanner(ByteBuffer buffer, int seed, int from, int limit) {
        this.buffer = buffer;
        this.payload = new RangeChecksum(buffer);
        this.limit = limit;
        this.seed = seed;
        this.next = from;
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
        problem = RecordFormat.problem(buffer, payload, next, limit, seed);
        if (problem != null) {
            return false;
        }
        step();
        return true;
    }

    /** As {@link #next()}, where all records are known to be whole: they are not checked again. */
    public boolean nextKnown() {
        if (next >= limit) {
            return false;
        }
        step();
        return true;
    }

    private void step() {
        offset = next;
        next += isBatch() ? RecordFormat.BATCH_HEADER_SIZE_BYTES : size();
    }

    /**
     * Goes on, after a place that holds no record, at the next that does. As a damaged length may
     * hide where that is, every place is tried.
     *
     * @return false if there is none before the limit
     */
    public boolean skipDamage() {
        for (next += 8; next < limit; next += 8) {
            if (RecordFormat.problem(buffer, payload, next, limit, seed) == null) {
                return true;
            }
        }
        next = limit;
        return false;
    }

    /** Steps to the next record, over everything that is none; false if there is no other. */
    public boolean nextWhole() {
        return next() || (problem != null && skipDamage() && next());
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

    /** Returns how many records a batch says it has. */
    public int batchCount() {
        return buffer.getInt(offset + RecordFormat.HEADER_SIZE_BYTES);
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
