package dev.kvstore.internal.index;

import static dev.kvstore.internal.index.IndexFormat.PAGE_SIZE_BYTES;

import dev.kvstore.internal.storage.Crc32c;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Compares pages with the checksums that a clean close left, each once, before it is trusted for
 * the first time. So an open need not read them all.
 *
 * <p><b>Threads:</b> anybody may check any page at any time, without a lock, also while it is
 * written. That is so because the writer checks a page, and so marks it, before its first change of
 * it; and its stores into pages are releasing ones. Who finds a wrong checksum and then no mark has
 * therefore not read a byte of a change.
 */
final class PageChecks {

    private static final VarHandle MARKS = MethodHandles.arrayElementVarHandle(byte[].class);

    /** The page was sound when it was checked; what was stored into it since is the writer's. */
    private static final byte CHECKED = 1;

    private final int[] checksums;
    private final byte[] marks;
    private int next = 1; // of the background thread
    private boolean tableChecked; // of the writer

    PageChecks(int[] checksums) {
        this.checksums = checksums;
        this.marks = new byte[checksums.length];
        marks[0] = CHECKED; // the header has a checksum of its own
    }

    /** Whether a page may be trusted. Pages taken into use since the open always may. */
    boolean isSound(PageTable t, int page) {
        if (page >= marks.length || isChecked(page)) {
            return true;
        }
        if (checksum(t, page) == checksums[page]) {
            MARKS.setRelease(marks, page, CHECKED);
            return true;
        }
        VarHandle.acquireFence(); // the bytes were read before the mark is
        return isChecked(page);
    }

    /** Whether a page has been checked already, or needs no check. */
    boolean isTrusted(int page) {
        return page >= marks.length || isChecked(page);
    }

    private boolean isChecked(int page) {
        return (byte) MARKS.getAcquire(marks, page) == CHECKED;
    }

    /**
     * Checks the whole page table, once: a split may change any of it, and must not fail half-way.
     * Called by the writer.
     *
     * @return a damaged page, or 0 if there is none
     */
    int checkTable(PageTable t) {
        if (tableChecked) {
            return 0;
        }
        int end = t.firstPage + PageTable.pagesAt(t.depth);
        for (int page = t.firstPage; page < end; page++) {
            if (!isSound(t, page)) {
                return page;
            }
        }
        tableChecked = true;
        return 0;
    }

    /** Whether {@link #checkSome} has not been through all pages. */
    boolean isUnfinished() {
        return next < marks.length;
    }

    /**
     * Checks the next pages, as many as a region has. Called by one thread in the background.
     *
     * @return a damaged page, or 0 if there is none
     */
    int checkSome(PageTable t) {
        int end = Math.min(marks.length, next + PageTable.PAGES_PER_REGION);
        for (; next < end; next++) {
            if (!isSound(t, next)) {
                return next++;
            }
        }
        return 0;
    }

    /**
     * Returns the checksums of all pages of an index that nobody changes, for its next open.
     *
     * @param checks what the pages have been checked by, or null if they all have been
     */
    static int[] checksums(PageTable t, int pageCount, @Nullable PageChecks checks) {
        int[] checksums = new int[pageCount];
        for (int page = 1; page < pageCount; page++) {
            // A page that was never checked was never changed. Its checksum stays what it was: a
            // new one would make damage pass for what was stored.
            checksums[page] =
                    checks == null || checks.isTrusted(page)
                            ? checksum(t, page)
                            : checks.checksums[page];
        }
        return checksums;
    }

    private static int checksum(PageTable t, int page) {
        return Crc32c.of(t.regionOf(page), PageTable.offsetOf(page), PAGE_SIZE_BYTES);
    }
}
