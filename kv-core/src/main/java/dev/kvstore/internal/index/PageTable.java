package dev.kvstore.internal.index;

import static dev.kvstore.internal.index.IndexFormat.PAGE_SIZE_BYTES;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The page table at one depth: for each value of the top bits of a hash the page that holds its
 * slots. It lies in pages of the index file itself. An entry has, from the top, a stamp of 24 bits
 * that changes whenever the entry does, the depth of its page in 8 bits, and the page in 32.
 *
 * <p><b>Threads:</b> entries are changed by the writer and read by anybody. The object is replaced
 * when the table doubles or the index gets another region.
 */
final class PageTable {

    static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static final int PAGES_PER_REGION = IndexRegions.REGION_SIZE_BYTES / PAGE_SIZE_BYTES;

    private static final int ENTRIES_PER_PAGE = PAGE_SIZE_BYTES / 8;

    final int depth;
    final int firstPage;
    final ByteBuffer[] regions;

    PageTable(int depth, int firstPage, ByteBuffer[] regions) {
        this.depth = depth;
        this.firstPage = firstPage;
        this.regions = regions;
    }

    static int pagesAt(int depth) {
        return Math.max(1, (int) ((1L << depth) / ENTRIES_PER_PAGE));
    }

    static long entry(int stamp, int depth, int page) {
        return (long) (stamp & 0xff_ffff) << 40 | (long) depth << 32 | page;
    }

    static int pageOf(long entry) {
        return (int) entry;
    }

    static int depthOf(long entry) {
        return (int) (entry >>> 32) & 0xff;
    }

    long indexOf(long hash) {
        return hash >>> (64 - depth);
    }

    long entryOf(long hash) {
        return get(indexOf(hash));
    }

    /** Returns the page of the table itself that has the entry of a hash. */
    int tablePageOf(long hash) {
        return tablePage(indexOf(hash));
    }

    private int tablePage(long index) {
        return firstPage + (int) (index / ENTRIES_PER_PAGE);
    }

    long get(long index) {
        int page = tablePage(index);
        int offset = offsetOf(page) + (int) (index % ENTRIES_PER_PAGE) * 8;
        return (long) LONGS.getAcquire(regionOf(page), offset);
    }

    void set(long index, long entry) {
        int page = tablePage(index);
        int offset = offsetOf(page) + (int) (index % ENTRIES_PER_PAGE) * 8;
        LONGS.setRelease(regionOf(page), offset, entry);
    }

    /**
     * Whether an entry can be one: a reader may meet the leftovers of a table that was given up.
     */
    boolean isPlausible(long entry) {
        int page = pageOf(entry);
        return page > 0
                && page / PAGES_PER_REGION < regions.length
                && depthOf(entry) <= Slot.MAX_DEPTH;
    }

    ByteBuffer regionOf(int page) {
        return regions[page / PAGES_PER_REGION];
    }

    static int offsetOf(int page) {
        return page % PAGES_PER_REGION * PAGE_SIZE_BYTES;
    }
}
