package dev.kvstore.internal.recovery;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a clean close leaves with the index: how far the log went, and the figures of each segment,
 * so that the next open need not read them and a log that has become shorter is noticed. See
 * docs/format.md, "Note of a clean close".
 */
public final class CloseNote {

    static final int LAST_SEQUENCE_OFFSET = 0;
    static final int SEGMENT_COUNT_OFFSET = 8;
    static final int HEADER_SIZE_BYTES = 16;

    static final int GENERATION_OFFSET = 0;
    static final int STATE_OFFSET = 8;
    static final int TAIL_OFFSET = 12;
    static final int LIVE_BYTES_OFFSET = 16;
    static final int TOMBSTONE_BYTES_OFFSET = 24;
    static final int DEAD_RECORDS_OFFSET = 32;
    static final int TOMBSTONE_GENERATION_OFFSET = 40;
    static final int EARLIEST_EXPIRY_OFFSET = 48;
    static final int LATEST_EXPIRY_OFFSET = 56;
    static final int EXPIRING_BYTES_OFFSET = 64;
    static final int ENTRY_SIZE_BYTES = 72;

    /** Added to the state of a segment that is filled. */
    static final int FILLED = 256;

    private CloseNote() {}

    /** Notes how things are. */
    public static byte[] write(SegmentTable segments, long lastSequence) {
        int count = segments.count();
        ByteBuffer note =
                ByteBuffer.allocate(HEADER_SIZE_BYTES + count * ENTRY_SIZE_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        note.putLong(LAST_SEQUENCE_OFFSET, lastSequence);
        note.putInt(SEGMENT_COUNT_OFFSET, count);
        for (Segment segment : segments.all()) {
            int at = HEADER_SIZE_BYTES + segment.id() * ENTRY_SIZE_BYTES;
            note.putLong(at + GENERATION_OFFSET, segment.generation());
            int filled = segment.isFilled() ? FILLED : 0;
            note.putInt(at + STATE_OFFSET, segment.state().code() | filled);
            note.putInt(at + TAIL_OFFSET, segment.tail());
            note.putLong(at + LIVE_BYTES_OFFSET, segment.liveBytes());
            note.putLong(at + TOMBSTONE_BYTES_OFFSET, segment.tombstoneBytes());
            note.putLong(at + DEAD_RECORDS_OFFSET, segment.deadRecords());
            note.putLong(at + TOMBSTONE_GENERATION_OFFSET, segment.tombstoneGeneration());
            note.putLong(at + EARLIEST_EXPIRY_OFFSET, segment.expirations().earliest());
            note.putLong(at + LATEST_EXPIRY_OFFSET, segment.expirations().latest());
            note.putLong(at + EXPIRING_BYTES_OFFSET, segment.expirations().bytes());
        }
        return note.array();
    }

    /** Tells repair what a note says of each segment, if it has them at all. */
    static void read(byte[] bytes, NoteReader reader) {
        ByteBuffer note = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int id = 0; HEADER_SIZE_BYTES + (id + 1) * ENTRY_SIZE_BYTES <= bytes.length; id++) {
            int at = HEADER_SIZE_BYTES + id * ENTRY_SIZE_BYTES;
            Segment.State state = state(note, at);
            reader.read(
                    id,
                    note.getLong(at + GENERATION_OFFSET),
                    state != Segment.State.FREE && state != Segment.State.VACANT,
                    note.getInt(at + TAIL_OFFSET));
        }
    }

    /** Gets what a note says. */
    @FunctionalInterface
    interface NoteReader {
        /** One segment. */
        void read(int segmentId, long generation, boolean holdsRecords, int tail);
    }

    /**
     * Takes a note over into the segments, if they are what it says.
     *
     * @return the last sequence number, or -1 if the log is not the one that was noted
     */
    static long apply(byte @Nullable [] bytes, SegmentTable segments) throws IOException {
        if (bytes == null || bytes.length < HEADER_SIZE_BYTES) {
            return -1;
        }
        ByteBuffer note = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int count = note.getInt(SEGMENT_COUNT_OFFSET);
        if (count != segments.count()
                || bytes.length != HEADER_SIZE_BYTES + count * ENTRY_SIZE_BYTES) {
            return -1;
        }
        boolean sameClose = false;
        boolean fits = true;
        for (Segment segment : segments.all()) {
            int at = HEADER_SIZE_BYTES + segment.id() * ENTRY_SIZE_BYTES;
            if (state(note, at) == Segment.State.TAIL) {
                boolean ends = endsThere(segments, segment, note, at);
                sameClose |= ends;
                fits &= ends;
            }
        }
        for (Segment segment : segments.all()) {
            int at = HEADER_SIZE_BYTES + segment.id() * ENTRY_SIZE_BYTES;
            if (!fits(segment, note, at)) {
                if (sameClose && isOlder(segment, note, at)) {
                    throw cameBack(segments.pathOf(segment.id()));
                }
                fits = false;
            }
        }
        if (!fits) {
            return -1;
        }
        for (Segment segment : segments.all()) {
            int at = HEADER_SIZE_BYTES + segment.id() * ENTRY_SIZE_BYTES;
            segments.restore(
                    segment,
                    state(note, at),
                    (note.getInt(at + STATE_OFFSET) & FILLED) != 0,
                    note.getInt(at + TAIL_OFFSET),
                    note.getLong(at + LIVE_BYTES_OFFSET),
                    note.getLong(at + TOMBSTONE_BYTES_OFFSET),
                    note.getLong(at + DEAD_RECORDS_OFFSET),
                    note.getLong(at + TOMBSTONE_GENERATION_OFFSET),
                    note.getLong(at + EARLIEST_EXPIRY_OFFSET),
                    note.getLong(at + LATEST_EXPIRY_OFFSET),
                    note.getLong(at + EXPIRING_BYTES_OFFSET));
        }
        return note.getLong(LAST_SEQUENCE_OFFSET);
    }

    private static Segment.State state(ByteBuffer note, int at) {
        return Segment.State.ofCode(note.getInt(at + STATE_OFFSET) & ~FILLED);
    }

    private static boolean fits(Segment segment, ByteBuffer note, int at) {
        Segment.State state = state(note, at);
        boolean used = state == Segment.State.TAIL || state == Segment.State.PROVEN;
        int tail = note.getInt(at + TAIL_OFFSET);
        return segment.generation() == note.getLong(at + GENERATION_OFFSET)
                && used == (segment.kind() != Segment.Kind.FREE)
                && tail >= 0
                && tail <= segment.capacityBytes();
    }

    /**
     * Whether a tail ends where both the note and the store file say. If it was ended, or went on,
     * the store was open with another index in between.
     */
    private static boolean endsThere(
            SegmentTable segments, Segment segment, ByteBuffer note, int at) throws IOException {
        int tail = note.getInt(at + TAIL_OFFSET);
        return fits(segment, note, at)
                && tail == segments.notedEndOf(segment)
                && segments.hintOf(segment) == null
                && !segment.isIntact(tail, segment.generation());
    }

    /** Whether the file of a segment is of an earlier time than the note. */
    private static boolean isOlder(Segment segment, ByteBuffer note, int at) {
        Segment.State state = state(note, at);
        boolean wasFree = state == Segment.State.FREE || state == Segment.State.VACANT;
        long noted = note.getLong(at + GENERATION_OFFSET);
        return segment.generation() < noted
                || (segment.generation() == noted
                        && segment.kind() != Segment.Kind.FREE
                        && wasFree);
    }

    private static StoreCorruptedException cameBack(Path file) {
        return new StoreCorruptedException(
                file
                        + " is as it was at an earlier time than the rest of the store: records that"
                        + " were removed since would come back. Nothing was dropped. Restore the"
                        + " whole store from a backup.",
                file,
                0,
                null);
    }
}
