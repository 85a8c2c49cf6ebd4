package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.Crc32c;
import java.nio.ByteBuffer;

/**
 * The layout of a segment file's header, and the files' names. See docs/format.md, "Segment". The
 * header is in the first sector, so a power cut leaves the old one or the new one.
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
    static final int SEGMENT_ID_OFFSET = 40;
    static final int CHECKSUM_OFFSET = 44;

    /** The size of the header, and the offset of the first record. */
    static final int HEADER_SIZE_BYTES = 64;

    private SegmentFormat() {}

    static String fileName(int id) {
        return String.format("segment-%08d.kvs", id);
    }

    static String hintName(int id) {
        return String.format("segment-%08d.hint", id);
    }

    static void write(
            ByteBuffer buffer,
            int kind,
            long storeId,
            long generation,
            long previousGeneration,
            int id) {
        buffer.putLong(MAGIC_OFFSET, MAGIC);
        buffer.putInt(VERSION_OFFSET, VERSION);
        buffer.putInt(KIND_OFFSET, kind);
        buffer.putLong(STORE_ID_OFFSET, storeId);
        buffer.putLong(GENERATION_OFFSET, generation);
        buffer.putLong(PREVIOUS_GENERATION_OFFSET, previousGeneration);
        buffer.putInt(SEGMENT_ID_OFFSET, id);
        buffer.putInt(CHECKSUM_OFFSET, Crc32c.of(buffer, 0, CHECKSUM_OFFSET));
    }

    static boolean isBlank(ByteBuffer buffer) {
        for (int i = 0; i < HEADER_SIZE_BYTES; i += 8) {
            if (buffer.getLong(i) != 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isIntact(ByteBuffer buffer) {
        return buffer.getLong(MAGIC_OFFSET) == MAGIC
                && buffer.getInt(CHECKSUM_OFFSET) == Crc32c.of(buffer, 0, CHECKSUM_OFFSET);
    }
}
