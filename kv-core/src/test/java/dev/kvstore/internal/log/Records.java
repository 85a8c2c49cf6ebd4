package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Appends records to a segment in memory, as the log does. */
final class Records {

    static final long STORE_ID = 0x1234_5678_9abc_def0L;

    private final Segment segment;
    private long sequence;

    private Records(Segment segment) {
        this.segment = segment;
    }

    /** Makes a segment in memory and begins its first life. */
    static Segment segment(int id, int sizeBytes, long generation) {
        Segment segment = new Segment(id, new MemoryRegion(sizeBytes), STORE_ID, sizeBytes);
        segment.begin(Segment.Kind.HOT, generation, 0);
        return segment;
    }

    static Records to(Segment segment) {
        return new Records(segment);
    }

    int value(String key, String value) {
        return append(0, bytes(key), bytes(value), 0);
    }

    int expiring(String key, String value, long expiry) {
        return append(RecordFormat.EXPIRY, bytes(key), bytes(value), expiry);
    }

    int tombstone(String key, long generation) {
        return append(RecordFormat.TOMBSTONE, bytes(key), bytes(generation), 0);
    }

    int mark(long offset) {
        return append(RecordFormat.MARK, new byte[0], bytes(offset), 0);
    }

    int end(long next) {
        return append(RecordFormat.END, new byte[0], bytes(next), 0);
    }

    /** Appends a batch of what is appended by another. */
    int batch(int count, Runnable records) {
        int offset = segment.tail;
        segment.tail += RecordFormat.BATCH_HEADER_SIZE_BYTES;
        records.run();
        ByteBuffer buffer = segment.buffer;
        int at = offset + RecordFormat.HEADER_SIZE_BYTES;
        buffer.putInt(at, count);
        int size = segment.tail - at;
        write(offset, RecordFormat.BATCH, 0, size, 0, Crc32c.of(buffer, at, size));
        return offset;
    }

    private int append(int flags, byte[] key, byte[] value, long expiry) {
        int offset = segment.tail;
        int at = offset + RecordFormat.headerSize(flags);
        segment.buffer.put(at, key);
        segment.buffer.put(at + key.length, value);
        write(offset, flags, key.length, value.length, expiry, Crc32c.of(key, value));
        segment.tail += (int) RecordFormat.size(flags, key.length, value.length);
        if (flags == RecordFormat.TOMBSTONE) {
            long generation = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
            segment.addTombstone(RecordFormat.size(segment.buffer, offset), generation);
        } else if (flags == RecordFormat.EXPIRY) {
            segment.expirations.add(expiry, RecordFormat.size(segment.buffer, offset));
        }
        return offset;
    }

    private void write(int at, int flags, int keySize, int valueSize, long expiry, int checksum) {
        int seed = segment.seed(segment.generation());
        RecordFormat.writeHeader(
                segment.buffer, at, flags, keySize, valueSize, ++sequence, expiry, checksum, seed);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(long number) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
        return bytes;
    }
}
