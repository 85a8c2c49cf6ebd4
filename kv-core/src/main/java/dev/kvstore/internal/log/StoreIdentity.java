package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What repair has to know of a store before it can read a record.
 *
 * @param storeId the number that all files carry
 * @param segmentSizeBytes the size of a normal segment
 * @param segmentCount how many segment files there must be, or -1 if the store file does not tell
 */
public record StoreIdentity(long storeId, long segmentSizeBytes, int segmentCount) {

    private static final long SMALLEST_SEGMENT_BYTES = 64 << 10;
    private static final long LARGEST_SEGMENT_BYTES = 1 << 30;

    /**
     * Reads it from either copy of the store file, or from the segments; null if there are none.
     */
    public static @Nullable StoreIdentity find(Storage storage) throws IOException {
        StoreIdentity identity = ofStoreFile(storage);
        return identity != null ? identity : ofSegments(storage);
    }

    private static @Nullable StoreIdentity ofStoreFile(Storage storage) throws IOException {
        long size = storage.size(StoreFile.NAME);
        if (size <= 0) {
            return null;
        }
        int mapped = (int) Math.min(size, StoreFile.SIZE_BYTES);
        MappedRegion region = storage.map(StoreFile.NAME, 0, mapped, false);
        try {
            return StoreFile.identity(region.buffer());
        } finally {
            region.unmap();
        }
    }

    /** The store id that most headers have, and the size that most segments have. */
    private static @Nullable StoreIdentity ofSegments(Storage storage) throws IOException {
        Map<Long, Integer> ids = new HashMap<>();
        Map<Long, Integer> sizes = new HashMap<>();
        for (String name : storage.list()) {
            long size = storage.size(name);
            if (SegmentFormat.idOf(name) < 0 || size < SegmentFormat.HEADER_SIZE_BYTES) {
                continue;
            }
            MappedRegion region = storage.map(name, 0, SegmentFormat.HEADER_SIZE_BYTES, false);
            ByteBuffer header = region.buffer();
            int copy = SegmentFormat.newestCopy(header);
            if (copy >= 0) {
                long id = header.getLong(copy + SegmentFormat.STORE_ID_OFFSET);
                ids.merge(id, 1, Integer::sum);
            }
            region.unmap();
            if (size >= SMALLEST_SEGMENT_BYTES
                    && size <= LARGEST_SEGMENT_BYTES
                    && size % 4096 == 0) {
                sizes.merge(size, 1, Integer::sum);
            }
        }
        Long id = mostFrequent(ids);
        Long size = mostFrequent(sizes);
        return id == null || size == null ? null : new StoreIdentity(id, size, -1);
    }

    private static @Nullable Long mostFrequent(Map<Long, Integer> counts) {
        Long most = null;
        for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
            if (most == null || entry.getValue() > counts.get(most)) {
                most = entry.getKey();
            }
        }
        return most;
    }
}
