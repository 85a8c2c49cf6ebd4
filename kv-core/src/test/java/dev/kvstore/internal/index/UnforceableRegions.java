package dev.kvstore.internal.index;

import dev.kvstore.internal.storage.MappedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Regions that at times cannot be forced. */
final class UnforceableRegions extends IndexRegions {

    private final IndexRegions regions;
    boolean fail;

    UnforceableRegions(IndexRegions regions) {
        this.regions = regions;
    }

    @Override
    int existing() throws IOException {
        return regions.existing();
    }

    @Override
    MappedRegion region(int ordinal) throws IOException {
        MappedRegion region = regions.region(ordinal);
        return new MappedRegion() {
            @Override
            public ByteBuffer buffer() {
                return region.buffer();
            }

            @Override
            public void force(long offset, long sizeBytes) throws IOException {
                if (fail) {
                    throw new IOException("Input/output error (simulated)");
                }
                region.force(offset, sizeBytes);
            }

            @Override
            public void unmap() {
                region.unmap();
            }
        };
    }

    @Override
    RuntimeException damaged(long offset) {
        return regions.damaged(offset);
    }
}
