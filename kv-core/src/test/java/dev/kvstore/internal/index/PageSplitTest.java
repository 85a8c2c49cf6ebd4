package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A page whose tags are used up is split by the hashes of its keys. It is nearly full then, so that
 * entries have to make room for each other.
 */
class PageSplitTest {

    private static final int PAGES = 200;
    private static final int KEYS_OF_A_PAGE = 700;

    @Test
    void everyPageCanBeSplitWhenItsTagsAreUsedUp() throws IOException {
        Random random = new Random(7);
        long[] hashes = new long[1 + PAGES * KEYS_OF_A_PAGE];
        HashIndex index =
                HashIndex.create(IndexRegions.ofMemory(), 1, address -> hashes[(int) address]);
        int last = 0;
        for (long page = 0; page < PAGES; page++) {
            for (int i = 0; i < KEYS_OF_A_PAGE; i++) {
                // The same 16 bits from the top: these keys stay together until depth 16.
                hashes[++last] = page << 48 | random.nextLong() >>> 16;
                index.reserve(1);
                index.insert(hashes[last], last);
            }
        }

        for (int address = 1; address <= last; address++) {
            assertThat(index.has(hashes[address], address)).isTrue();
        }
    }
}
