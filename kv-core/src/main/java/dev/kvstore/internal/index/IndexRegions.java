package dev.kvstore.internal.index;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Where the index gets its memory: equal regions, one after the other, of a file or, for a store
 * that must not change anything on the disk, of the process.
 */
public abstract class IndexRegions {

    /** The size of every region. Bounds what the smallest index takes on the disk. */
    static final int REGION_SIZE_BYTES = 4 << 20;

    IndexRegions() {}

    /** Returns how many regions are there from before. */
    abstract int existing() throws IOException;

    /** Maps the region of an ordinal, after making it if it does not exist. */
    abstract MappedRegion region(int ordinal) throws IOException;

    /** Returns what to throw, since a page is not what was stored there. */
    abstract RuntimeException damaged(long offset);

    /** Regions of a file. */
    public static IndexRegions ofFile(Storage storage, String name, boolean writable) {
        return new FileRegions(storage, name, writable);
    }

    /** Regions that go with the process. */
    public static IndexRegions ofMemory() {
        return new MemoryRegions();
    }

    private static final class FileRegions extends IndexRegions {

        private final Storage storage;
        private final String name;
        private final boolean writable;

        FileRegions(Storage storage, String name, boolean writable) {
            this.storage = storage;
            this.name = name;
            this.writable = writable;
        }

        @Override
        int existing() throws IOException {
            return (int) (Math.max(0, storage.size(name)) / REGION_SIZE_BYTES);
        }

        @Override
        MappedRegion region(int ordinal) throws IOException {
            long offset = (long) ordinal * REGION_SIZE_BYTES;
            if (writable && ordinal >= existing()) {
                storage.allocate(name, offset + REGION_SIZE_BYTES);
            }
            return storage.map(name, offset, REGION_SIZE_BYTES, writable);
        }

        @Override
        RuntimeException damaged(long offset) {
            Path file = storage.directory().resolve(name);
            return new StoreCorruptedException(
                    "The index file "
                            + file
                            + " is damaged at offset "
                            + offset
                            + ". No data is lost: "
                            + (writable
                                    ? "close the store and open it again"
                                    : "remove the file while the store is closed")
                            + ", and the index is made again from the log.",
                    file,
                    offset,
                    null);
        }
    }

    private static final class MemoryRegions extends IndexRegions {

        @Override
        int existing() {
            return 0;
        }

        @Override
        MappedRegion region(int ordinal) {
            return new MemoryRegion();
        }

        @Override
        RuntimeException damaged(long offset) {
            return new IllegalStateException(
                    "The index in memory is damaged. Close the store and open it again.");
        }
    }

    private static final class MemoryRegion implements MappedRegion {

        private final ByteBuffer buffer =
                ByteBuffer.allocateDirect(REGION_SIZE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

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
}
