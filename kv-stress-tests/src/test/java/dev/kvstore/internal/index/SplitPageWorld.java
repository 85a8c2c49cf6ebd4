package dev.kvstore.internal.index;

import java.io.IOException;
import java.util.Random;

/**
 * Two keys in a page of the index that keeps splitting. The address of one changes and it is never
 * gone; the other comes and goes. Before either a search meets a decoy, which takes its time. An
 * address tells whose it is, and which one.
 */
final class SplitPageWorld {

    private static final int STEADY = 1;
    private static final int TOGGLED = 2;
    private static final int OTHER = 3;
    private static final int DECOY = 4;
    private static final long STEADY_HASH = 0x1234_5678_9abc_def0L;
    private static final long TOGGLED_HASH = STEADY_HASH ^ 0x10_0000_0001L;

    /** To the hash of a key, it makes one that no search can tell from it but by the key. */
    private static final long UNSEEN = 64;

    /** How long a look at a decoy takes: long enough for a split or two. */
    private static final int LOOKS_AT_DECOY = 300;

    /** After so many insertions the page has split ten times, and another index begins. */
    private static final int MOST_INSERTIONS = 1100;

    private volatile Life life = new Life(1);

    synchronized void write() {
        if (life.insertions == MOST_INSERTIONS) {
            life = new Life(life.seed + 1);
        }
        life.write();
    }

    String readSteady() {
        return life.readSteady();
    }

    String readToggled() {
        return life.readToggled();
    }

    /** One index. */
    private static final class Life {

        private final long seed;
        private final Random random;
        private final HashIndex index;
        private int insertions;
        private volatile long steady = 1;
        private volatile int toggles; // odd while it is toggled; it is there after every other time

        Life(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            try {
                index = HashIndex.create(new SmallRegions(), 1, address -> 0);
            } catch (IOException e) {
                throw new AssertionError("There is no disk that could fail.", e);
            }
            index.insert(STEADY_HASH ^ UNSEEN, address(1, DECOY));
            index.insert(TOGGLED_HASH ^ UNSEEN, address(2, DECOY));
            index.insert(STEADY_HASH, address(1, STEADY));
        }

        void write() {
            insertions++;
            // A common prefix of any length, so that every split leaves most in the one half.
            int prefix = 4 + random.nextInt(10);
            index.insert(STEADY_HASH ^ random.nextLong() >>> prefix, address(insertions, OTHER));
            if (insertions % 3 == 0) {
                long next = steady + 1;
                index.replace(
                        index.locate(STEADY_HASH, STEADY, new Seeker(0)), address(next, STEADY));
                steady = next;
            }
            if (insertions % 5 == 0) {
                toggle();
            }
        }

        private void toggle() {
            int before = toggles;
            toggles = before + 1;
            if (isThere(before)) {
                index.remove(index.locate(TOGGLED_HASH, TOGGLED, new Seeker(0)));
            } else {
                index.insert(TOGGLED_HASH, address(before + 1, TOGGLED));
            }
            toggles = before + 2;
        }

        private static boolean isThere(int toggles) {
            return toggles % 4 == 2;
        }

        String readSteady() {
            long oldest = steady;
            Long found = index.find(STEADY_HASH, STEADY, new Seeker(LOOKS_AT_DECOY));
            if (found == null) {
                return "missing";
            }
            return found >>> 8 < oldest ? "older" : "right";
        }

        String readToggled() {
            int before = toggles;
            boolean found = index.find(TOGGLED_HASH, TOGGLED, new Seeker(LOOKS_AT_DECOY)) != null;
            boolean steadily = before % 2 == 0 && toggles == before;
            return !steadily || found == isThere(before) ? "right" : found ? "gone" : "missing";
        }

        private static long address(long version, int key) {
            return version << 8 | key;
        }
    }

    private static final class Seeker implements KeyMatcher<Integer, Long> {

        private final int looksAtDecoy;

        Seeker(int looksAtDecoy) {
            this.looksAtDecoy = looksAtDecoy;
        }

        @Override
        public Long match(Integer key, long address, long life) {
            if ((address & 0xff) == DECOY) {
                for (int i = 0; i < looksAtDecoy; i++) {
                    Thread.onSpinWait();
                }
            }
            return (address & 0xff) == key ? address : null;
        }
    }
}
