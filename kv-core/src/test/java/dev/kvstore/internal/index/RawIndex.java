package dev.kvstore.internal.index;

import java.util.Set;
import java.util.TreeSet;

/** An index that was marked clean, read as docs/format.md says and by none of the index's code. */
final class RawIndex {

    private final KeptRegions regions;

    RawIndex(KeptRegions regions) {
        this.regions = regions;
    }

    /** Returns the pages of slots that the page table names. */
    Set<Integer> pages() {
        int depth = regions.buffer(0).getInt(32);
        int tablePage = regions.buffer(0).getInt(36);
        Set<Integer> pages = new TreeSet<>();
        for (int i = 0; i < 1 << depth; i++) {
            pages.add((int) word(tablePage + i / 512, i % 512));
        }
        return pages;
    }

    long slot(int page, int i) {
        return word(page, i);
    }

    boolean hasEmpty(int page, int bucket) {
        for (int i = bucket * 8; i < bucket * 8 + 8; i++) {
            if (word(page, i) == 0) {
                return true;
            }
        }
        return false;
    }

    private long word(int page, int i) {
        return regions.buffer(page / 1024).getLong(page % 1024 * 4096 + i * 8);
    }
}
