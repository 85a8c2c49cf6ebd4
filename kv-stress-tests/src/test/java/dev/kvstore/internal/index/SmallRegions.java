package dev.kvstore.internal.index;

import dev.kvstore.internal.storage.MappedRegion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory for the first hundred pages of an index and no more, so that it is had quickly. */
final class SmallRegions extends IndexRegions {

    private static final int SMALL_REGION_SIZE_BYTES = 128 * IndexFormat.PAGE_SIZE_BYTES;

    @Override
    int existing() {
        return 0;
    }

    @Override
    MappedRegion region(int ordinal) {
        ByteBuffer memory = ByteBuffer.allocateDirect(SMALL_REGION_SIZE_BYTES);
        return new SmallRegion(memory.order(ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    RuntimeException damaged(long offset) {
        return new IllegalStateException("The index is damaged at offset " + offset + ".");
    }

    private record SmallRegion(ByteBuffer buffer) implements MappedRegion {

        @Override
        public void force(long offset, long sizeBytes) {
            // There is no disk behind it.
        }

        @Override
        public void unmap() {
            // The collector frees it.
        }
    }
}
