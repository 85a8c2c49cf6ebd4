package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A reader that is in a page when it splits goes on in the freed page, whose slots stay as they
 * were. What it is told about one of them, that there is no whole record or that there is the one
 * it seeks, must not count.
 */
class StaleSlotTest {

    private static final long FIRST = 1;
    private static final long BEFORE = 2;
    private static final long AFTER = 3;

    /** Two keys of one bucket and one tag: a reader of the second meets the first before it. */
    private static final long HASH_OF_FIRST = 0x1234_5678_9abc_de05L;

    private static final long HASH = HASH_OF_FIRST ^ 64;

    /** Hashes of other pages. */
    private static final long ELSEWHERE = ~HASH;

    private static final long USING_AGAIN = HASH ^ 1L << 63;

    private static final long BESIDE = HASH ^ 1L << 63 - 11;

    private final HashIndex index;

    StaleSlotTest() throws IOException {
        index = HashIndex.create(IndexRegions.ofMemory(), 1, address -> 0);
        index.reserve(2);
        index.insert(HASH_OF_FIRST, FIRST);
        index.insert(HASH, BEFORE);
    }

    @Test
    void damageInAPageThatWasSplitIsNone() {
        assertThat(index.find(HASH, HASH, new Reader(true))).isEqualTo(AFTER);
    }

    @Test
    void aHitInAPageThatWasSplitIsNone() {
        assertThat(index.find(HASH, HASH, new Reader(false))).isEqualTo(AFTER);
    }

    /** A vacant file has taken the place of the segment then, and none of its bytes. */
    @Test
    void damageAtAPlaceThatWasGivenUpIsNone() {
        KeyMatcher<Long, Long> reader =
                new KeyMatcher<>() {
                    @Override
                    public @Nullable Long match(Long sought, long address, long life) {
                        if (address == BEFORE) {
                            index.replace(index.locate(HASH, BEFORE), AFTER);
                        }
                        return address == AFTER ? address : null;
                    }

                    @Override
                    public Mismatch mismatch(Long sought, long address, long life) {
                        return address == BEFORE ? Mismatch.DAMAGED : Mismatch.OTHER_KEY;
                    }
                };

        assertThat(index.find(HASH, HASH, reader)).isEqualTo(AFTER);
    }

    /** The page table is another one then, and the old one's memory is used again. */
    @Test
    void aMissInAPageIsNoneIfTheTableHasDoubled() {
        assertFindsWhatIsElsewhere(4);
    }

    /** The page table is the same then, but for the page's entry. */
    @Test
    void aMissInAPageIsNoneIfTheEntryHasChanged() {
        splitPageOf(ELSEWHERE, 4);
        assertFindsWhatIsElsewhere(4);
    }

    /**
     * The table is doubled for another page then, and so long that nothing overwrites the page's
     * entry in the old one, which is the same for ever.
     */
    @Test
    void aMissInAPageIsNoneIfTheTableHasDoubledForAnotherPage() {
        splitPageOf(HASH, 11);
        assertFindsWhatIsElsewhere(12, BESIDE);
    }

    /** Has the page split and used again while the reader looks at the first record in it. */
    private void assertFindsWhatIsElsewhere(int depth, long... splitBefore) {
        boolean[] split = new boolean[1];
        KeyMatcher<Long, Long> reader =
                (sought, address, life) -> {
                    if (!split[0]) {
                        split[0] = true;
                        assertThat(address).isEqualTo(FIRST);
                        for (long hash : splitBefore) {
                            splitPageOf(hash, depth);
                        }
                        splitPageOf(HASH, depth);
                        splitPageOf(USING_AGAIN, 4);
                    }
                    return address == sought ? sought : null;
                };

        assertThat(index.find(HASH, BEFORE, reader)).isEqualTo(BEFORE);
        assertThat(split[0]).isTrue();
    }

    /** Makes the page split under it, and takes the key's old place for damaged, or for a hit. */
    private final class Reader implements KeyMatcher<Long, Long> {

        private final boolean oldPlaceDamaged;
        private boolean split;

        Reader(boolean oldPlaceDamaged) {
            this.oldPlaceDamaged = oldPlaceDamaged;
        }

        @Override
        public long lifeOf(long address) {
            if (!split) {
                split = true;
                splitAndMove();
            }
            return 0;
        }

        @Override
        public @Nullable Long match(Long hash, long address, long life) {
            boolean hit = address == AFTER || (address == BEFORE && !oldPlaceDamaged);
            return hit ? address : null;
        }

        @Override
        public Mismatch mismatch(Long hash, long address, long life) {
            return address == BEFORE ? Mismatch.DAMAGED : Mismatch.OTHER_KEY;
        }
    }

    private void splitAndMove() {
        splitPageOf(HASH, 4);
        index.replace(index.locate(HASH, BEFORE), AFTER);
    }

    /**
     * Fills the page of a hash until it splits, with keys that have so many bits of their hashes in
     * common. For the new pages one is taken that was freed before.
     */
    private void splitPageOf(long hash, int commonBits) {
        Random random = new Random(commonBits);
        long pages = pages();
        try {
            for (int address = 10; pages() == pages; address++) {
                index.reserve(1);
                index.insert(hash ^ random.nextLong() >>> commonBits, address);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long pages() {
        long pages = 0;
        long from = 0;
        do {
            from = index.snapshot(from, new long[512]).next();
            pages++;
        } while (from != 0);
        return pages;
    }
}
