package dev.kvstore.internal.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C of ranges of a buffer, as {@link Crc32c#of(ByteBuffer, int, int)}, for who asks for many:
 * it makes no objects for each. In a process that has just begun, the system would need longer to
 * give the memory for them than a large log takes to read.
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
