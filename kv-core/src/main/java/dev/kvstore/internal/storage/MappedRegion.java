package dev.kvstore.internal.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Part of a file in memory. A store into the buffer survives the death of the process at once, and
 * a power cut after {@link #force}.
 */
public interface MappedRegion {

    /** Returns the memory: direct, little-endian, the same object at every call. */
    ByteBuffer buffer();

    /** Makes a range of the region durable; the file's other bytes may become durable too. */
    void force(long offset, long sizeBytes) throws IOException;

    /**
     * Gives the mapping up. Where the JDK can, the memory is released now and a reader that still
     * uses the buffer gets an {@link IllegalStateException}; elsewhere the collector releases it
     * when nobody uses it any more. It never takes memory from under a reader.
     */
    void unmap();
}
