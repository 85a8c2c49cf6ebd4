package dev.kvstore.internal.index;

import static dev.kvstore.internal.index.IndexFormat.PAGE_SIZE_BYTES;

import dev.kvstore.internal.storage.Crc32c;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the index file that hold the checksums of the others. Each checks itself. See
 * docs/format.md, "Index file".
 */
final class ChecksumArea {

    static final int CHECKSUM_OFFSET = PAGE_SIZE_BYTES - Integer.BYTES;

    private static final int PER_PAGE = CHECKSUM_OFFSET / Integer.BYTES;

    private ChecksumArea() {}

    /** Returns how many pages the checksums of so many pages take. */
    static int pagesFor(int pageCount) {
        return (int) (((long) pageCount + PER_PAGE - 1) / PER_PAGE);
    }

    static void write(PageTable t, int firstPage, int[] checksums, long storeId) {
        for (int ordinal = 0; ordinal < pagesFor(checksums.length); ordinal++) {
            ByteBuffer region = t.regionOf(firstPage + ordinal);
            int offset = PageTable.offsetOf(firstPage + ordinal);
            for (int i = 0; i < PER_PAGE; i++) {
                int page = ordinal * PER_PAGE + i;
                region.putInt(
                        offset + i * Integer.BYTES, page < checksums.length ? checksums[page] : 0);
            }
            region.putInt(offset + CHECKSUM_OFFSET, checksum(region, offset, ordinal, storeId));
        }
    }

    /** Returns the checksums, or null if a page of them is not what was written there. */
    static int @Nullable [] read(PageTable t, int firstPage, int pageCount, long storeId) {
        int[] checksums = new int[pageCount];
        for (int ordinal = 0; ordinal < pagesFor(pageCount); ordinal++) {
            ByteBuffer region = t.regionOf(firstPage + ordinal);
            int offset = PageTable.offsetOf(firstPage + ordinal);
            if (region.getInt(offset + CHECKSUM_OFFSET)
                    != checksum(region, offset, ordinal, storeId)) {
                return null;
            }
            int first = ordinal * PER_PAGE;
            for (int page = first; page < Math.min(pageCount, first + PER_PAGE); page++) {
                checksums[page] = region.getInt(offset + (page - first) * Integer.BYTES);
            }
        }
        return checksums;
    }

    private static int checksum(ByteBuffer region, int offset, int ordinal, long storeId) {
        int checksum = Crc32c.of(region, offset, CHECKSUM_OFFSET);
        return Crc32c.extend(Crc32c.extend(checksum, storeId), ordinal);
    }
}
