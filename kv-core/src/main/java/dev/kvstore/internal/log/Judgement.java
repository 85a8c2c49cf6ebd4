package dev.kvstore.internal.log;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of one segment end, as recovery finds it.
 *
 * @param segment the segment
 * @param end the offset behind its last record
 * @param hint its hint, which proves that it is whole, or null
 */
public record Judgement(Segment segment, int end, @Nullable Hint hint) {

    /** Whether a mark behind an offset says that the bytes there had been on the disk. */
    public static boolean isMarkedDurable(Segment segment, int offset) {
        return hasMark(segment, offset, offset + 1L);
    }

    /** Whether a mark in the segment says that everything before the segment was on the disk. */
    public static boolean provesWhatIsBefore(Segment segment) {
        return hasMark(segment, SegmentFormat.HEADER_SIZE_BYTES, SegmentFormat.HEADER_SIZE_BYTES);
    }

    // A damaged length may have hidden where the next record begins, so every place is tried.
    private static boolean hasMark(Segment segment, int from, long least) {
        ByteBuffer buffer = segment.buffer;
        int seed = segment.seed(segment.generation());
        int limit = segment.capacityBytes;
        for (int at = from; at + RecordFormat.NOTE_RECORD_SIZE_BYTES <= limit; at += 8) {
            if (RecordFormat.flags(buffer, at) == RecordFormat.MARK
                    && RecordFormat.valueSize(buffer, at) == RecordFormat.NOTE_SIZE_BYTES
                    && RecordFormat.problem(buffer, at, limit, seed) == null
                    && buffer.getLong(at + RecordFormat.HEADER_SIZE_BYTES) >= least) {
                return true;
            }
        }
        return false;
    }
}
