package dev.kvstore.internal.index;

import static dev.kvstore.internal.index.IndexFormat.BUCKET_SLOTS;
import static dev.kvstore.internal.index.IndexFormat.SLOTS_PER_PAGE;
import static dev.kvstore.internal.index.PageTable.LONGS;

import dev.kvstore.internal.index.KeyMatcher.Mismatch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a key in the page that an entry of the page table names: in the key's home bucket, and
 * then in its other one. What it answers counts only if the entry is still the same afterwards; see
 * {@link HashIndex}.
 */
final class PageSearch {

    private static final int BUCKET_BYTES = BUCKET_SLOTS * Long.BYTES;

    // What is returned for the offset of a slot that is not there.
    private static final int ENDED = -1;
    private static final int OVERFLOWED = -2;

    /** How a search ends that found nothing. */
    enum Miss {
        ENDED,
        OVERFLOWED,
        DISTURBED
    }

    private PageSearch() {}

    /** Returns what the matcher found, a {@link Miss}, or an exception that tells of damage. */
    static <K, V> Object find(PageTable t, long entry, long hash, K key, KeyMatcher<K, V> matcher) {
        int page = PageTable.pageOf(entry);
        ByteBuffer region = t.regionOf(page);
        int offset = PageTable.offsetOf(page);
        int signature = Slot.signature(hash, PageTable.depthOf(entry));
        int bucket = Slot.homeBucket(hash);
        int home = offset + bucket * BUCKET_BYTES;
        Object result = search(region, home, signature, key, matcher);
        if (result == Miss.OVERFLOWED) {
            int other = offset + Slot.otherBucket(bucket, signature) * BUCKET_BYTES;
            result = search(region, other, signature | 1, key, matcher);
        }
        return result;
    }

    private static <K, V> Object search(
            ByteBuffer region, int bucket, int signature, K key, KeyMatcher<K, V> matcher) {
        int end = bucket + BUCKET_BYTES;
        int i = nextCandidate(region, bucket, end, signature);
        while (i >= 0) {
            Object result = match(region, i, key, matcher);
            if (result != null) {
                return result;
            }
            i = nextCandidate(region, i + Long.BYTES, end, signature);
        }
        return i == ENDED ? Miss.ENDED : Miss.OVERFLOWED;
    }

    /**
     * Returns the offset of the first slot with a signature, {@link #ENDED} if there is none but an
     * empty one, or {@link #OVERFLOWED}. It is apart from the comparison of keys, of which the
     * compiler makes so much code that it does not always inline it: most lookups of keys that are
     * not there need no more than this.
     */
    private static int nextCandidate(ByteBuffer region, int from, int end, int signature) {
        int empty = -1;
        for (int i = from; i < end; i += Long.BYTES) {
            long slot = (long) LONGS.getAcquire(region, i);
            if (slot == Slot.EMPTY) {
                empty = i;
            } else if (Slot.signature(slot) == signature && !Slot.isVacant(slot)) {
                return i;
            }
        }
        return none(region, empty);
    }

    /** Returns {@link #ENDED} if a slot was empty until now, or {@link #OVERFLOWED}. */
    private static int none(ByteBuffer region, int empty) {
        return empty >= 0 && (long) LONGS.getAcquire(region, empty) == Slot.EMPTY
                ? ENDED
                : OVERFLOWED;
    }

    /** Returns what the matcher found, null if the record is another key's, or as search does. */
    private static <K, V> @Nullable Object match(
            ByteBuffer region, int offset, K key, KeyMatcher<K, V> matcher) {
        long slot = (long) LONGS.getAcquire(region, offset);
        if (Slot.isVacant(slot)) {
            return Miss.DISTURBED; // removed since it was seen
        }
        long address = Slot.address(slot);
        long life = matcher.lifeOf(address);
        if ((long) LONGS.getAcquire(region, offset) != slot) {
            return Miss.DISTURBED;
        }
        V found = matcher.match(key, address, life);
        if (found != null) {
            return found;
        }
        Mismatch mismatch = matcher.mismatch(key, address, life);
        // A record's place is given up only after the slot has been changed.
        if (mismatch == Mismatch.MOVED || (long) LONGS.getAcquire(region, offset) != slot) {
            return Miss.DISTURBED;
        }
        return mismatch == Mismatch.DAMAGED ? matcher.damage(address) : null;
    }

    /** Looks for a key as the writer; returns the position of its slot, or -1. */
    static <K, V> long locate(PageTable t, long entry, long hash, K key, KeyMatcher<K, V> matcher) {
        int page = PageTable.pageOf(entry);
        ByteBuffer region = t.regionOf(page);
        int offset = PageTable.offsetOf(page);
        int signature = Slot.signature(hash, PageTable.depthOf(entry));
        int bucket = Slot.homeBucket(hash);
        int i = locate(region, offset + bucket * BUCKET_BYTES, signature, key, matcher);
        if (i == OVERFLOWED) {
            int other = offset + Slot.otherBucket(bucket, signature) * BUCKET_BYTES;
            i = locate(region, other, signature | 1, key, matcher);
        }
        return positionOf(page, i);
    }

    private static <K, V> int locate(
            ByteBuffer region, int bucket, int signature, K key, KeyMatcher<K, V> matcher) {
        int end = bucket + BUCKET_BYTES;
        int i = nextCandidate(region, bucket, end, signature);
        while (i >= 0 && !isOf(key, Slot.address(region.getLong(i)), matcher)) {
            i = nextCandidate(region, i + Long.BYTES, end, signature);
        }
        return i;
    }

    private static <K, V> boolean isOf(K key, long address, KeyMatcher<K, V> matcher) {
        long life = matcher.lifeOf(address);
        if (matcher.match(key, address, life) != null) {
            return true;
        }
        if (matcher.mismatch(key, address, life) == Mismatch.DAMAGED) {
            throw matcher.damage(address);
        }
        return false;
    }

    /** As above, for an address: a look at the log is not needed, as all of the slot is known. */
    static long locate(PageTable t, long entry, long hash, long address) {
        int page = PageTable.pageOf(entry);
        ByteBuffer region = t.regionOf(page);
        int offset = PageTable.offsetOf(page);
        int signature = Slot.signature(hash, PageTable.depthOf(entry));
        int bucket = Slot.homeBucket(hash);
        long slot = Slot.of(signature, address);
        int i = offsetOf(slot, region, offset + bucket * BUCKET_BYTES);
        if (i == OVERFLOWED) {
            int other = Slot.otherBucket(bucket, signature);
            i = offsetOf(Slot.displace(slot), region, offset + other * BUCKET_BYTES);
        }
        return positionOf(page, i);
    }

    private static int offsetOf(long sought, ByteBuffer region, int bucket) {
        int empty = -1;
        for (int i = bucket; i < bucket + BUCKET_BYTES; i += Long.BYTES) {
            long slot = (long) LONGS.getAcquire(region, i);
            if (slot == sought) {
                return i;
            }
            empty = slot == Slot.EMPTY ? i : empty;
        }
        return none(region, empty);
    }

    private static long positionOf(int page, int offset) {
        int first = PageTable.offsetOf(page);
        return offset < 0 ? -1 : (long) page * SLOTS_PER_PAGE + (offset - first) / Long.BYTES;
    }

    /** Returns an address that the key may have, as far as its home bucket tells, or 0. */
    static long candidate(PageTable t, long entry, long hash) {
        int page = PageTable.pageOf(entry);
        int signature = Slot.signature(hash, PageTable.depthOf(entry));
        ByteBuffer region = t.regionOf(page);
        int bucket = PageTable.offsetOf(page) + Slot.homeBucket(hash) * BUCKET_BYTES;
        for (int i = bucket; i < bucket + BUCKET_BYTES; i += Long.BYTES) {
            long slot = region.getLong(i);
            if (Slot.signature(slot) == signature) {
                return Slot.address(slot);
            }
        }
        return 0;
    }
}
