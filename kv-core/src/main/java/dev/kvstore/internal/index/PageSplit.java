package dev.kvstore.internal.index;

import static dev.kvstore.internal.index.IndexFormat.BUCKET_SLOTS;
import static dev.kvstore.internal.index.IndexFormat.SLOTS_PER_PAGE;

import java.util.Arrays;

/**
 * Divides the slots of a full page among two new ones that nobody reads yet.
 *
 * <p><b>Threads:</b> used by one at a time.
 */
final class PageSplit {

    /** Far more than are ever needed in a page that is half full. */
    private static final int MAX_MOVES = 1000;

    private final KeyHasher hasher;
    private final long[] slots = new long[SLOTS_PER_PAGE];
    private final long[] lowHalf = new long[SLOTS_PER_PAGE];
    private final long[] highHalf = new long[SLOTS_PER_PAGE];

    PageSplit(KeyHasher hasher) {
        this.hasher = hasher;
    }

    /** Sets a slot of the page that is to be divided. */
    void put(int position, long slot) {
        slots[position] = slot;
    }

    /** Divides the page, which is of some depth. */
    void divide(int depth) {
        Arrays.fill(lowHalf, Slot.EMPTY);
        Arrays.fill(highHalf, Slot.EMPTY);
        if (Slot.tagBase(depth + 1) == Slot.tagBase(depth)) {
            divideByTags(depth);
        } else {
            divideByHashes(depth);
        }
    }

    /** Returns the slots of the page for the hashes whose next bit is 0; valid until the next. */
    long[] lowHalf() {
        return lowHalf;
    }

    /** Returns the slots of the page for the hashes whose next bit is 1; valid until the next. */
    long[] highHalf() {
        return highHalf;
    }

    /** Each entry stays in its bucket first, where it fits, then goes home if there is room. */
    private void divideByTags(int depth) {
        for (int i = 0; i < SLOTS_PER_PAGE; i++) {
            long slot = slots[i];
            if (!Slot.isVacant(slot)) {
                long[] half = Slot.half(slot, depth) == 0 ? lowHalf : highHalf;
                half[vacancy(half, i / BUCKET_SLOTS)] = slot;
            }
        }
        // One that goes home may leave room for another: a bucket with an EMPTY slot must not have
        // displaced anything, or a search would end there too early.
        while (bringHome(lowHalf) | bringHome(highHalf)) {
            continue;
        }
    }

    private static boolean bringHome(long[] half) {
        boolean moved = false;
        for (int i = 0; i < SLOTS_PER_PAGE; i++) {
            long slot = half[i];
            if (!Slot.isVacant(slot) && Slot.isDisplaced(slot)) {
                int home = Slot.otherBucket(i / BUCKET_SLOTS, Slot.signature(slot));
                int vacancy = vacancy(half, home);
                if (vacancy >= 0) {
                    half[vacancy] = Slot.displace(slot);
                    half[i] = Slot.EMPTY;
                    moved = true;
                }
            }
        }
        return moved;
    }

    /** The tags are used up: take new ones from the keys. Happens once in sixteen doublings. */
    private void divideByHashes(int depth) {
        for (int i = 0; i < SLOTS_PER_PAGE; i++) {
            long old = slots[i];
            if (Slot.isVacant(old)) {
                continue;
            }
            long hash = hasher.hashAt(Slot.address(old));
            long[] half = (hash >>> (63 - depth) & 1) == 0 ? lowHalf : highHalf;
            long slot = Slot.of(Slot.signature(hash, depth + 1), Slot.address(old));
            if (!settle(half, slot, Slot.homeBucket(hash))) {
                throw new IllegalStateException("A page of the index could not be split.");
            }
        }
    }

    /**
     * Puts an entry into a page that nobody reads yet: into its bucket or its other one, or else in
     * the place of another entry, which then does the same (cuckoo hashing; Pagh and Rodler, 2001).
     * As a page's entries are spread over two here, a few moves are enough.
     */
    private static boolean settle(long[] half, long slot, int bucket) {
        for (int move = 0; move < MAX_MOVES; move++) {
            int vacancy = vacancy(half, bucket);
            if (vacancy >= 0) {
                half[vacancy] = slot;
                return true;
            }
            int other = Slot.otherBucket(bucket, Slot.signature(slot));
            vacancy = vacancy(half, other);
            if (vacancy >= 0) {
                half[vacancy] = Slot.displace(slot);
                return true;
            }
            int place = bucket * BUCKET_SLOTS + move % BUCKET_SLOTS;
            long moved = half[place];
            half[place] = slot;
            bucket = Slot.otherBucket(bucket, Slot.signature(moved));
            slot = Slot.displace(moved);
        }
        return false;
    }

    private static int vacancy(long[] page, int bucket) {
        for (int i = bucket * BUCKET_SLOTS; i < (bucket + 1) * BUCKET_SLOTS; i++) {
            if (page[i] == Slot.EMPTY) {
                return i;
            }
        }
        return -1;
    }
}
