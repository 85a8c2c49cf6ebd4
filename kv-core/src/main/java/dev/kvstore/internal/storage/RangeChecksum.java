package dev.kvstore.internal.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C of ranges of a buffer, as {@link Crc32c#of(ByteBuffer, int, int)}, for who asks for many:
 * it makes no objects for each. What a first pass over a large log leaves for the collector else,
 * takes longer to come by than the log to read: the heap is new to the process then.
 *
 * <p><b>Threads:</b> used by one at a time.
 */
public final class RangeChecksum {

    private final ByteBuffer range;
    private final CRC32C crc = new CRC32C();

    /** Makes one for a buffer, whose position and limit are left alone. */
    public RangeChecksum(ByteBuffer buffer) {
        this.range = buffer.duplicate();
    }

    /** Returns the checksum of a range. */
    public int of(int offset, int sizeBytes) {
        range.limit(offset + sizeBytes).position(offset);
        crc.reset();
        crc.update(range);
        return (int) crc.getValue();
    }
}
