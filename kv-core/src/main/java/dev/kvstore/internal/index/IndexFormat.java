package dev.kvstore.internal.index;

import dev.kvstore.internal.storage.Crc32c;
import java.nio.ByteBuffer;

/**
 * The layout of the index file: pages of 4,096 bytes, of which the first is the header and the
 * others hold slots, parts of the page table, or the note and the checksums left at a clean close.
 * See docs/format.md, "Index file". Values that are on disk never change their meaning.
 */
final class IndexFormat {

    static final int PAGE_SIZE_BYTES = 4096;
    static final int SLOTS_PER_PAGE = PAGE_SIZE_BYTES / 8;
    static final int BUCKET_SLOTS = 8;
    static final int BUCKETS_PER_PAGE = SLOTS_PER_PAGE / BUCKET_SLOTS;

    static final long MAGIC = 0x315845444e49564bL; // "KVINDEX1"
    static final int VERSION = 1;
    static final int STATE_IN_USE = 1;
    static final int STATE_CLEAN = 2;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int STATE_OFFSET = 12;
    static final int STORE_ID_OFFSET = 16;
    static final int KEY_COUNT_OFFSET = 24;
    static final int GLOBAL_DEPTH_OFFSET = 32;
    static final int TABLE_PAGE_OFFSET = 36;
    static final int PAGE_COUNT_OFFSET = 40;
    static final int FREE_PAGE_OFFSET = 44;
    static final int STAMP_OFFSET = 48;
    static final int NOTE_PAGE_OFFSET = 52;
    static final int NOTE_SIZE_OFFSET = 56;
    static final int NOTE_CHECKSUM_OFFSET = 60;
    static final int CHECKSUM_PAGE_OFFSET = 64;
    static final int HEADER_CHECKSUM_OFFSET = 68;
    static final int HEADER_SIZE_BYTES = 72;

    private IndexFormat() {}

    /** Returns how many pages so many bytes take. */
    static long pagesFor(long sizeBytes) {
        return (sizeBytes + PAGE_SIZE_BYTES - 1) / PAGE_SIZE_BYTES;
    }

    static void writeChecksum(ByteBuffer page) {
        page.putInt(HEADER_CHECKSUM_OFFSET, Crc32c.of(page, 0, HEADER_CHECKSUM_OFFSET));
    }

    /** Whether the header is one of this version, of this store, left by a clean close. */
    static boolean isClean(ByteBuffer page, long storeId) {
        return page.getLong(MAGIC_OFFSET) == MAGIC
                && page.getInt(VERSION_OFFSET) == VERSION
                && page.getInt(STATE_OFFSET) == STATE_CLEAN
                && page.getLong(STORE_ID_OFFSET) == storeId
                && page.getInt(HEADER_CHECKSUM_OFFSET)
                        == Crc32c.of(page, 0, HEADER_CHECKSUM_OFFSET);
    }

    /**
     * Returns how many pages a clean file has, its note and its checksums included, or 0 if its
     * header says what cannot be. The header's checksum is right, so this is about a file that was
     * made to look so; but nothing may be allocated, or read, on its word alone.
     */
    static long pagesInAll(ByteBuffer page) {
        int depth = page.getInt(GLOBAL_DEPTH_OFFSET);
        long pageCount = page.getInt(PAGE_COUNT_OFFSET);
        long tablePage = page.getInt(TABLE_PAGE_OFFSET);
        long freePage = page.getInt(FREE_PAGE_OFFSET);
        long notePage = page.getInt(NOTE_PAGE_OFFSET);
        long noteSize = page.getInt(NOTE_SIZE_OFFSET);
        long checksumPage = page.getInt(CHECKSUM_PAGE_OFFSET);
        boolean plausible =
                depth > 0
                        && depth <= Slot.MAX_DEPTH
                        && tablePage > 0
                        && tablePage + PageTable.pagesAt(depth) <= pageCount
                        && freePage >= 0
                        && freePage < pageCount
                        && page.getLong(KEY_COUNT_OFFSET) >= 0
                        && noteSize >= 0
                        && notePage >= pageCount
                        && checksumPage >= notePage + pagesFor(noteSize);
        return plausible ? checksumPage + ChecksumArea.pagesFor((int) pageCount) : 0;
    }
}
