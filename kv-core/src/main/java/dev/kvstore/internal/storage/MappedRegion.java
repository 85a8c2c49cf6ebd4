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

    /**
     * Stores bytes into the buffer, by way of the file where there is one. That suits what is
     * forced soon after: the first store into the memory of a page that was forced costs a page
     * fault, and the next force then has every processor forget the page. What is written is in the
     * {@link #buffer()} at once. Not for use by two threads at a time.
     *
     * @throws IOException if it failed; part of the bytes may have been stored
     */
    default void write(int offset, byte[] bytes, int length) throws IOException {
        buffer().put(offset, bytes, 0, length);
    }

    /** Gives up what {@link #write} holds open; the next one opens it again. */
    default void endWriting() {
        // There is nothing to give up where memory is all there is.
    }

    /** Makes a range of the region durable; the file's other bytes may become durable too. */
    void force(long offset, long sizeBytes) throws IOException;

    /**
     * Makes the first bytes durable even if the system takes them for written and they are not: it
     * may after a force that failed. They may be read meanwhile, and not be written.
     */
    default void confirm(int sizeBytes) throws IOException {
        DirtyPages.make(buffer(), sizeBytes);
        force(0, sizeBytes);
    }

    /**
     * Gives the mapping up. Where the JDK can, the memory is released now and a reader that still
     * uses the buffer gets an {@link IllegalStateException}; elsewhere the collector releases it
     * when nobody uses it any more. It never takes memory from under a reader.
     */
    void unmap();
}
