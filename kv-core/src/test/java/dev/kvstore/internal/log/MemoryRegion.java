package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.MappedRegion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A region without a file. */
final class MemoryRegion implements MappedRegion {

    private final ByteBuffer buffer;

    MemoryRegion(int sizeBytes) {
        this.buffer = ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void force(long offset, long sizeBytes) {
        // There is no disk behind it.
    }

    @Override
    public void unmap() {
        // The collector frees it.
    }
}
