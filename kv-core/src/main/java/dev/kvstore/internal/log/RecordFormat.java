package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.RangeChecksum;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a record. See docs/format.md, "Record". All numbers are little-endian; a record
 * begins at a multiple of eight bytes. It is complete if its checksum is right: that covers key and
 * value, then the header from {@link #KEY_SIZE_OFFSET} on, and is seeded with the life of the
 * segment, so that what an earlier life left behind is never taken for a record.
 */
public final class RecordFormat {

    /** The key's value was removed; the record's value is the log's generation at that moment. */
    public static final int TOMBSTONE = 1;

    /** The header is followed by the time, in milliseconds since 1970, when the value expires. */
    public static final int EXPIRY = 2;

    /** No key; the value is the number of records in the batch and those records themselves. */
    public static final int BATCH = 4;

    /** No key; the value says up to which offset of this segment everything is on the disk. */
    public static final int MARK = 8;

    /** No key; the segment ends here, and the value is the generation of the next. */
    public static final int END = 16;

    static final int CHECKSUM_OFFSET = 0;
    static final int KEY_SIZE_OFFSET = 4;
    static final int FLAGS_OFFSET = 6;
    static final int RESERVED_OFFSET = 7;
    static final int SEQUENCE_OFFSET = 8;
    static final int VALUE_SIZE_OFFSET = 16;

    /** The size of a header without expiry. */
    public static final int HEADER_SIZE_BYTES = 20;

    static final int EXPIRY_OFFSET = HEADER_SIZE_BYTES;
    static final int EXPIRY_SIZE_BYTES = 8;

    /** The longest key that the header's field can tell of. */
    public static final int MAX_KEY_SIZE_BYTES = 0xffff;

    /** From the start of a batch to its first record: the header and the number of records. */
    public static final int BATCH_HEADER_SIZE_BYTES = 24;

    /** The size of the value of a tombstone, a mark and an end. */
    static final int NOTE_SIZE_BYTES = 8;

    /** The size of a mark and of an end. */
    static final int NOTE_RECORD_SIZE_BYTES = 32;

    private RecordFormat() {}

    /**
     * Returns the size of a record with its padding; a long, because the sum may be beyond an int.
     */
    public static long size(int flags, int keySize, long valueSize) {
        return align(headerSize(flags) + keySize + valueSize);
    }

    static long align(long sizeBytes) {
        return (sizeBytes + 7) & ~7L;
    }

    /** Returns the size of the header of a record with such flags. */
    public static int headerSize(int flags) {
        return (flags & EXPIRY) == 0 ? HEADER_SIZE_BYTES : HEADER_SIZE_BYTES + EXPIRY_SIZE_BYTES;
    }

    /** Returns the size of the key of the record at an offset. */
    public static int keySize(ByteBuffer buffer, int offset) {
        return buffer.getShort(offset + KEY_SIZE_OFFSET) & 0xffff;
    }

    /** Returns the flags of the record at an offset. */
    public static int flags(ByteBuffer buffer, int offset) {
        return buffer.get(offset + FLAGS_OFFSET);
    }

    /** Returns the sequence number of the record at an offset. */
    public static long sequence(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + SEQUENCE_OFFSET);
    }

    /** Returns the size of the value of the record at an offset. */
    public static int valueSize(ByteBuffer buffer, int offset) {
        return buffer.getInt(offset + VALUE_SIZE_OFFSET);
    }

    /** Returns when the value of the record at an offset expires; it must have {@link #EXPIRY}. */
    public static long expiry(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + EXPIRY_OFFSET);
    }

    /** Returns the size of the record at an offset, with its padding. */
    public static int size(ByteBuffer buffer, int offset) {
        return (int)
                size(flags(buffer, offset), keySize(buffer, offset), valueSize(buffer, offset));
    }

    /** Writes everything of a record but key and value, the checksum last. */
    static void writeHeader(
            ByteBuffer buffer,
            int offset,
            int flags,
            int keySize,
            int valueSize,
            long sequence,
            long expiry,
            int payloadChecksum,
            int seed) {
        long first = (keySize & 0xffffL) | (long) flags << 16 | sequence << 32;
        long second = sequence >>> 32 | (long) valueSize << 32;
        int checksum = Crc32c.extend(Crc32c.extend(payloadChecksum, first), second);
        buffer.putLong(offset + KEY_SIZE_OFFSET, first);
        buffer.putLong(offset + KEY_SIZE_OFFSET + 8, second);
        if ((flags & EXPIRY) != 0) {
            checksum = Crc32c.extend(checksum, expiry);
            buffer.putLong(offset + EXPIRY_OFFSET, expiry);
        }
        buffer.putInt(offset + CHECKSUM_OFFSET, checksum ^ seed);
    }

    /** Writes a record whose value is a number, and for which there is no key. */
    static void writeNote(
            ByteBuffer buffer, int offset, int flags, long note, long sequence, int seed) {
        int at = offset + HEADER_SIZE_BYTES;
        buffer.putLong(at, note);
        int checksum = Crc32c.of(buffer, at, NOTE_SIZE_BYTES);
        writeHeader(buffer, offset, flags, 0, NOTE_SIZE_BYTES, sequence, 0, checksum, seed);
    }

    /**
     * Writes zeros where the next record's header will be. What an earlier life left there would
     * hide whether somebody began to write that record.
     */
    static void writeNoHeader(ByteBuffer buffer, int offset) {
        if (buffer.capacity() - offset >= BATCH_HEADER_SIZE_BYTES) {
            buffer.putLong(offset, 0);
            buffer.putLong(offset + 8, 0);
            buffer.putLong(offset + 16, 0);
        }
    }

    /** Whether nothing was written where a record's header could be. */
    public static boolean isNoHeader(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset) == 0
                && buffer.getLong(offset + 8) == 0
                && buffer.getInt(offset + 16) == 0;
    }

    /** Tells whether the checksum of a record fits, given that of its key and value. */
    static boolean isIntact(ByteBuffer buffer, int offset, int payloadChecksum, int seed) {
        int checksum = checksum(buffer, offset, payloadChecksum);
        return (checksum ^ seed) == buffer.getInt(offset + CHECKSUM_OFFSET);
    }

    private static int checksum(ByteBuffer buffer, int offset, int payloadChecksum) {
        long first = firstWord(buffer, offset);
        return checksum(buffer, offset, first, secondWord(buffer, offset), payloadChecksum);
    }

    private static int checksum(
            ByteBuffer buffer, int offset, long first, long second, int payloadChecksum) {
        int checksum = Crc32c.extend(Crc32c.extend(payloadChecksum, first), second);
        if ((flags(first) & EXPIRY) != 0) {
            // What was read may be no header any more, and so close to the end that there is none.
            boolean hasRoom = buffer.capacity() - offset >= headerSize(EXPIRY);
            checksum = Crc32c.extend(checksum, hasRoom ? expiry(buffer, offset) : 0);
        }
        return checksum;
    }

    // A reader without a lock may look at a header while its segment begins another life. So sizes
    // that were checked must not be read a second time: the header is taken in two words.

    private static long firstWord(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + KEY_SIZE_OFFSET);
    }

    private static long secondWord(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + KEY_SIZE_OFFSET + Long.BYTES);
    }

    private static int keySize(long first) {
        return (int) first & 0xffff;
    }

    private static int flags(long first) {
        return (byte) (first >>> 8 * (FLAGS_OFFSET - KEY_SIZE_OFFSET));
    }

    private static int reserved(long first) {
        return (byte) (first >>> 8 * (RESERVED_OFFSET - KEY_SIZE_OFFSET));
    }

    private static int valueSize(long second) {
        return (int) (second >>> 8 * (VALUE_SIZE_OFFSET - KEY_SIZE_OFFSET - Long.BYTES));
    }

    /**
     * Returns why there is no record at an offset, or null if there is one. Every length is checked
     * before it is used.
     */
    static @Nullable String problem(ByteBuffer buffer, int offset, int limit, int seed) {
        return problem(buffer, new RangeChecksum(buffer), offset, limit, seed);
    }

    /** As the other, for who asks about many records: the checksum is one of the buffer. */
    static @Nullable String problem(
            ByteBuffer buffer, RangeChecksum payload, int offset, int limit, int seed) {
        int room = limit - offset;
        if (room < HEADER_SIZE_BYTES) {
            return "no room for a header";
        }
        long first = firstWord(buffer, offset);
        long second = secondWord(buffer, offset);
        String problem = headerProblem(first, second, room);
        if (problem != null) {
            return problem;
        }
        return seedThatFits(buffer, payload, offset, first, second) == seed
                ? null
                : "a wrong checksum";
    }

    /** Whether there could be a record at an offset, as far as its sizes and its kind tell. */
    static boolean isPlausible(ByteBuffer buffer, int offset, int limit) {
        int room = limit - offset;
        return room >= HEADER_SIZE_BYTES
                && headerProblem(firstWord(buffer, offset), secondWord(buffer, offset), room)
                        == null;
    }

    /** Returns the seed with which the checksum of a plausible record would be right. */
    static int seedThatFits(ByteBuffer buffer, int offset) {
        long first = firstWord(buffer, offset);
        long second = secondWord(buffer, offset);
        return seedThatFits(buffer, new RangeChecksum(buffer), offset, first, second);
    }

    private static int seedThatFits(
            ByteBuffer buffer, RangeChecksum payload, int offset, long first, long second) {
        int payloadSize = keySize(first) + valueSize(second);
        int payloadChecksum = payload.of(offset + headerSize(flags(first)), payloadSize);
        return checksum(buffer, offset, first, second, payloadChecksum)
                ^ buffer.getInt(offset + CHECKSUM_OFFSET);
    }

    private static @Nullable String headerProblem(long first, long second, int room) {
        int flags = flags(first);
        int keySize = keySize(first);
        int valueSize = valueSize(second);
        if (valueSize < 0 || size(flags, keySize, valueSize) > room) {
            return "a record of impossible size";
        }
        if (reserved(first) != 0 || !isKnown(flags, keySize, valueSize)) {
            return "a record of unknown kind";
        }
        return null;
    }

    private static boolean isKnown(int flags, int keySize, int valueSize) {
        return switch (flags) {
            case 0, EXPIRY -> keySize > 0;
            case TOMBSTONE -> keySize > 0 && valueSize == NOTE_SIZE_BYTES;
            case BATCH -> keySize == 0 && valueSize >= 4;
            case MARK, END -> keySize == 0 && valueSize == NOTE_SIZE_BYTES;
            default -> false;
        };
    }
}
