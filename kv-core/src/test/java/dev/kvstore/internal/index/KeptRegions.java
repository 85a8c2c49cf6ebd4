package dev.kvstore.internal.index;

import dev.kvstore.internal.storage.MappedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Regions in memory that a test can look into. */
final class KeptRegions extends IndexRegions {

    private final IndexRegions memory = IndexRegions.ofMemory();
    private final List<MappedRegion> regions = new ArrayList<>();

    @Override
    int existing() {
        return regions.size();
    }

    @Override
    MappedRegion region(int ordinal) throws IOException {
        if (ordinal == regions.size()) {
            regions.add(memory.region(ordinal));
        }
        return regions.get(ordinal);
    }

    @Override
    RuntimeException damaged(long offset) {
        return new IllegalStateException("damaged at " + offset);
    }

    ByteBuffer buffer(int ordinal) {
        return regions.get(ordinal).buffer();
    }
}
