package dev.kvstore.corruption;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** The records of a segment file, read as docs/format.md says and by none of the store's code. */
final class RawSegment {

    static final int HEADER_SIZE = 128;

    private static final long K = 0x9e3779b97f4a7c15L;

    /** A record: where it is, and what kind. */
    record Raw(int offset, int size, int flags, int keySize, int headerSize) {}

    final int kind;
    final long generation;
    final List<Raw> records = new ArrayList<>();
    private final ByteBuffer bytes;
    private final int seed;

    RawSegment(byte[] file) {
        // A file that was made a moment ago is empty.
        byte[] whole = Arrays.copyOf(file, Math.max(file.length, HEADER_SIZE));
        bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int header = bytes.getLong(40) >= bytes.getLong(64 + 40) ? 0 : 64;
        kind = bytes.getInt(header + 12);
        generation = bytes.getLong(header + 24);
        long storeId = bytes.getLong(header + 16);
        int id = bytes.getInt(header + 48);
        seed = (int) (((storeId + id) * K + generation) * K >>> 32);
        int at = HEADER_SIZE;
        while (kind != 0 && isRecord(at)) {
            Raw record = at(at);
            records.add(record);
            at += (record.flags & 4) != 0 ? 24 : record.size; // into a batch
        }
    }

    /** Returns the offset behind the last record. */
    int end() {
        if (records.isEmpty()) {
            return HEADER_SIZE;
        }
        Raw last = records.get(records.size() - 1);
        return last.offset + last.size;
    }

    private Raw at(int at) {
        int flags = bytes.get(at + 6);
        int header = (flags & 2) == 0 ? 20 : 28;
        int key = bytes.getShort(at + 4) & 0xffff;
        long size = (header + key + (long) bytes.getInt(at + 16) + 7) & -8L;
        return new Raw(at, (int) Math.min(size, Integer.MAX_VALUE), flags, key, header);
    }

    private boolean isRecord(int at) {
        if (at + 20 > bytes.capacity() || bytes.getInt(at + 16) < 0) {
            return false;
        }
        Raw record = at(at);
        if (record.size > bytes.capacity() - at) {
            return false;
        }
        CRC32C crc = new CRC32C();
        int payload = record.keySize + bytes.getInt(at + 16);
        crc.update(bytes.array(), at + record.headerSize, payload);
        crc.update(bytes.array(), at + 4, record.headerSize - 4);
        return ((int) crc.getValue() ^ seed) == bytes.getInt(at);
    }
}
