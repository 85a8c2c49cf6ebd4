package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.Crc32c;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a segment file's header, and the files' names. See docs/format.md, "Segment".
 *
 * <p>The header has two copies, written one after the other: a process that is killed in the middle
 * of writing one leaves the other whole, with what was before or what is now.
 */
final class SegmentFormat {

    static final long MAGIC = 0x31544d474553564bL; // "KVSEGMT1"
    static final int VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int KIND_OFFSET = 12;
    static final int STORE_ID_OFFSET = 16;
    static final int GENERATION_OFFSET = 24;
    static final int PREVIOUS_GENERATION_OFFSET = 32;
    static final int REVISION_OFFSET = 40;
    static final int SEGMENT_ID_OFFSET = 48;
    static final int CHECKSUM_OFFSET = 52;
    static final int COPY_SIZE_BYTES = 64;

    static final int SECOND_COPY_OFFSET = COPY_SIZE_BYTES;

    /** The size of the header with both copies, and the offset of the first record. */
    static final int HEADER_SIZE_BYTES = 2 * COPY_SIZE_BYTES;

    private static final Pattern FILE_NAME = Pattern.compile("segment-[0-9]{8,10}\\.kvs");

    private SegmentFormat() {}

    static String fileName(int id) {
        return nameOf(id) + ".kvs";
    }

    static String hintName(int id) {
        return nameOf(id) + ".hint";
    }

    /** Not by a format string: that would take the digits of the locale. */
    private static String nameOf(int id) {
        String digits = Integer.toString(id);
        return "segment-" + "0".repeat(Math.max(0, 8 - digits.length())) + digits;
    }

    /** Returns the id in the name of a segment file, or -1 if it is no such name. */
    static int idOf(String name) {
        if (!FILE_NAME.matcher(name).matches()) {
            return -1;
        }
        long id = Long.parseLong(name.substring(8, name.length() - 4));
        return id <= Integer.MAX_VALUE && fileName((int) id).equals(name) ? (int) id : -1;
    }

    static void write(
            ByteBuffer buffer,
            int kind,
            long storeId,
            long generation,
            long previousGeneration,
            int id) {
        int newest = newestCopy(buffer);
        long revision = newest < 0 ? 0 : buffer.getLong(newest + REVISION_OFFSET);
        int older = newest == 0 ? SECOND_COPY_OFFSET : 0;
        for (int copy : new int[] {older, SECOND_COPY_OFFSET - older}) {
            buffer.putLong(copy + MAGIC_OFFSET, MAGIC);
            buffer.putInt(copy + VERSION_OFFSET, VERSION);
            buffer.putInt(copy + KIND_OFFSET, kind);
            buffer.putLong(copy + STORE_ID_OFFSET, storeId);
            buffer.putLong(copy + GENERATION_OFFSET, generation);
            buffer.putLong(copy + PREVIOUS_GENERATION_OFFSET, previousGeneration);
            buffer.putLong(copy + REVISION_OFFSET, ++revision);
            buffer.putInt(copy + SEGMENT_ID_OFFSET, id);
            buffer.putInt(copy + CHECKSUM_OFFSET, Crc32c.of(buffer, copy, CHECKSUM_OFFSET));
        }
    }

    /**
     * Returns the offset of the copy that is whole and was written last, or -1 if none is whole.
     */
    static int newestCopy(ByteBuffer buffer) {
        boolean first = isIntact(buffer, 0);
        boolean second = isIntact(buffer, SECOND_COPY_OFFSET);
        if (first && second) {
            long revision = buffer.getLong(REVISION_OFFSET);
            return buffer.getLong(SECOND_COPY_OFFSET + REVISION_OFFSET) > revision
                    ? SECOND_COPY_OFFSET
                    : 0;
        }
        return first ? 0 : second ? SECOND_COPY_OFFSET : -1;
    }

    /** Whether one copy is whole and the other is not. */
    static boolean isOneCopyLost(ByteBuffer buffer) {
        return isIntact(buffer, 0) != isIntact(buffer, SECOND_COPY_OFFSET);
    }

    /** Returns in what a header is not as it should be, or null. */
    static @Nullable String problem(
            ByteBuffer buffer,
            boolean bothCopies,
            int kind,
            long storeId,
            long generation,
            long previousGeneration,
            int id) {
        int newest = newestCopy(buffer);
        if (newest < 0) {
            return "no whole copy of the header";
        }
        if (bothCopies && isOneCopyLost(buffer)) {
            return "a damaged copy of the header";
        }
        boolean right =
                buffer.getInt(newest + VERSION_OFFSET) == VERSION
                        && buffer.getInt(newest + KIND_OFFSET) == kind
                        && buffer.getLong(newest + STORE_ID_OFFSET) == storeId
                        && buffer.getLong(newest + GENERATION_OFFSET) == generation
                        && buffer.getLong(newest + PREVIOUS_GENERATION_OFFSET) == previousGeneration
                        && buffer.getInt(newest + SEGMENT_ID_OFFSET) == id;
        return right ? null : "a header that says something else than it should";
    }

    /** Whether a header is a whole one of a segment with records, in its place in a store. */
    static boolean isInUse(ByteBuffer buffer, long storeId, int id) {
        int copy = newestCopy(buffer);
        return copy >= 0
                && buffer.getLong(copy + STORE_ID_OFFSET) == storeId
                && buffer.getInt(copy + SEGMENT_ID_OFFSET) == id
                && buffer.getInt(copy + KIND_OFFSET) != Segment.Kind.FREE.code;
    }

    private static boolean isIntact(ByteBuffer buffer, int copy) {
        return buffer.getLong(copy + MAGIC_OFFSET) == MAGIC
                && buffer.getInt(copy + CHECKSUM_OFFSET)
                        == Crc32c.of(buffer, copy, CHECKSUM_OFFSET);
    }
}
