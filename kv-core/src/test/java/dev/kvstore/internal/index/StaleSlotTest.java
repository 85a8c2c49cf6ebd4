package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

    /** A hash of another page. */
    private static final long ELSEWHERE = ~HASH;

    private final HashIndex index;

    StaleSlotTest() throws IOException {
        index = HashIndex.create(IndexRegions.ofMemory(), 1, address -> 0);
        index.reserve(2);
        index.insert(HASH_OF_FIRST, FIRST);
        index.insert(HASH, BEFORE);
    }

    @Test
    void damageInAPageThatWasSplitIsNone() {
        Reader reader = new Reader(KeyMatcher.Answer.DAMAGED);

        assertThat(index.find(HASH, reader)).isTrue();
        assertThat(reader.candidate).isEqualTo(AFTER);
    }

    @Test
    void aHitInAPageThatWasSplitIsNone() {
        Reader reader = new Reader(KeyMatcher.Answer.YES);

        assertThat(index.find(HASH, reader)).isTrue();
        assertThat(reader.candidate).isEqualTo(AFTER);
    }

    @Test
    void aMissInAPageThatWasSplitAndUsedAgainIsNone() {
        Reader reader = new Reader(KeyMatcher.Answer.YES);
        reader.pageIsUsedAgain = true;

        assertThat(index.find(HASH, reader)).isTrue();
        assertThat(reader.seen).doesNotContain(BEFORE);
        assertThat(reader.candidate).isEqualTo(AFTER);
    }

    /** Makes the page split under it, and answers about the key's old place what it is told to. */
    private final class Reader implements KeyMatcher {

        private final Answer answerAboutOldPlace;
        private final List<Long> seen = new ArrayList<>();
        private boolean pageIsUsedAgain;
        private boolean split;
        private long candidate;

        Reader(Answer answerAboutOldPlace) {
            this.answerAboutOldPlace = answerAboutOldPlace;
        }

        @Override
        public void locate(long address) {
            candidate = address;
            seen.add(address);
            if (!split) {
                split = true;
                splitAndMove();
                if (pageIsUsedAgain) {
                    splitPageOf(ELSEWHERE);
                }
            }
        }

        @Override
        public Answer match() {
            if (candidate == BEFORE) {
                return answerAboutOldPlace;
            }
            return candidate == AFTER ? Answer.YES : Answer.NO;
        }
    }

    private void splitAndMove() {
        splitPageOf(HASH);
        index.replace(index.locate(HASH, new AddressIs(BEFORE)), AFTER);
    }

    /** Fills the page of a hash until it splits; a page that was freed before is taken for that. */
    private void splitPageOf(long hash) {
        Random random = new Random(1);
        long pages = pages();
        try {
            for (int address = 10; pages() == pages; address++) {
                index.reserve(1);
                index.insert(hash & 0xf000_0000_0000_0000L | random.nextLong() >>> 4, address);
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
