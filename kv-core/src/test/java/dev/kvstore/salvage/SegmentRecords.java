package dev.kvstore.salvage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the records of a segment file that is known to be whole, by docs/format.md alone, so that a
 * test knows what the engine should find. It checks nothing.
 */
final class SegmentRecords {

    static final int FIRST = 128;

    private static final int HEADER_BYTES = 20;
    private static final int EXPIRY = 2;
    private static final int BATCH = 4;
    private static final int END = 16;

    private static final int KIND_OFFSET = 12;
    private static final int STORE_ID_OFFSET = 16;
    private static final int GENERATION_OFFSET = 24;
    private static final int REVISION_OFFSET = 40;

    /**
     * One record.
     *
     * @param offset where its header is
     * @param end where it ends, padding left out
     * @param next where the next record begins
     * @param batchEnd where the batch that it is in ends, or 0
     */
    record Place(
            int offset, int end, int next, int flags, long sequence, byte[] key, int batchEnd) {

        boolean isValue() {
            return (flags & ~EXPIRY) == 0;
        }

        boolean isTombstone() {
            return flags == 1;
        }

        boolean isBatch() {
            return flags == BATCH;
        }
    }

    private SegmentRecords() {}

    /** Returns whether a segment is free, as the newer copy of its header says. */
    static boolean isFree(byte[] segment) {
        return header(segment).getInt(KIND_OFFSET) == 0;
    }

    /** Returns whether a segment was written by compaction. */
    static boolean isCold(byte[] segment) {
        return header(segment).getInt(KIND_OFFSET) == 2;
    }

    private static ByteBuffer header(byte[] segment) {
        ByteBuffer buffer = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        int copy = buffer.getLong(REVISION_OFFSET) > buffer.getLong(64 + REVISION_OFFSET) ? 0 : 64;
        return buffer.slice(copy, 64).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the records up to the end record, or to a place where there can be none. */
    static List<Place> of(byte[] segment) {
        ByteBuffer buffer = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer header = header(segment);
        long storeId = header.getLong(STORE_ID_OFFSET);
        long generation = header.getLong(GENERATION_OFFSET);
        int id = header.getInt(48);
        long golden = 0x9e3779b97f4a7c15L;
        int seed = (int) (((storeId + id) * golden + generation) * golden >>> 32);
        List<Place> places = new ArrayList<>();
        int batchEnd = 0;
        for (int at = FIRST; at + HEADER_BYTES <= segment.length; ) {
            int flags = segment[at + 6];
            int keySize = buffer.getShort(at + 4) & 0xffff;
            int valueSize = buffer.getInt(at + 16);
            int headerSize = (flags & EXPIRY) == 0 ? HEADER_BYTES : HEADER_BYTES + 8;
            long end = (long) at + headerSize + keySize + valueSize;
            if (valueSize < 0 || end > segment.length || !isWhole(segment, at, headerSize, seed)) {
                break;
            }
            batchEnd = at >= batchEnd ? 0 : batchEnd;
            int next = flags == BATCH ? at + 24 : ((int) end + 7) & -8;
            byte[] key = Arrays.copyOfRange(segment, at + headerSize, at + headerSize + keySize);
            long sequence = buffer.getLong(at + 8);
            places.add(new Place(at, (int) end, next, flags, sequence, key, batchEnd));
            if (flags == BATCH) {
                batchEnd = ((int) end + 7) & -8;
            }
            if (flags == END) {
                break;
            }
            at = next;
        }
        return places;
    }

    private static boolean isWhole(byte[] segment, int at, int headerSize, int seed) {
        ByteBuffer buffer = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        int payload = (buffer.getShort(at + 4) & 0xffff) + buffer.getInt(at + 16);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(segment, at + headerSize, payload);
        crc.update(segment, at + 4, headerSize - 4);
        return ((int) crc.getValue() ^ seed) == buffer.getInt(at);
    }
}
