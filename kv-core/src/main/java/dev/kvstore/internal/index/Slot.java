package dev.kvstore.internal.index;

/**
 * The bits of a slot, from the top: 23 bits of tag, one bit "displaced", 40 bits of address.
 *
 * <p>The tag is 23 bits of the hash, starting at bit {@link #tagBase} from the top. A page of depth
 * d is chosen by the top d bits, so the tag says to which half an entry goes when the page splits,
 * as long as d is less than {@code tagBase + 16}: the seven bits that are left after 16 splits keep
 * false candidates rare. A page that has used them up takes new tags from the keys themselves.
 *
 * <p>Displaced means that the entry is not in its home bucket but in the other one its tag allows;
 * since the other one of the other one is home again, a split needs no hash to bring it back.
 */
final class Slot {

    static final int ADDRESS_BITS = 40;
    static final long MAX_ADDRESS = (1L << ADDRESS_BITS) - 1;

    static final long EMPTY = 0;

    /**
     * A slot that held an entry in a bucket that may have overflowed: free, but no end of search.
     */
    static final long DELETED = 1L << ADDRESS_BITS;

    /** Depths beyond this have no tag bits left to split by. */
    static final int MAX_DEPTH = 32;

    private static final int TAG_BITS = 23;
    private static final int SPLITS_PER_TAG = 16;

    private Slot() {}

    static int tagBase(int depth) {
        return depth <= SPLITS_PER_TAG ? 0 : SPLITS_PER_TAG;
    }

    /** The upper 24 bits of the slot of an entry in its home bucket. */
    static int signature(long hash, int depth) {
        return (int) ((hash << tagBase(depth)) >>> (64 - TAG_BITS)) << 1;
    }

    static long of(int signature, long address) {
        return (long) signature << ADDRESS_BITS | address;
    }

    static int signature(long slot) {
        return (int) (slot >>> ADDRESS_BITS);
    }

    static long address(long slot) {
        return slot & MAX_ADDRESS;
    }

    static boolean isVacant(long slot) {
        return address(slot) == 0;
    }

    static boolean isDisplaced(long slot) {
        return (signature(slot) & 1) != 0;
    }

    static long displace(long slot) {
        return slot ^ DELETED;
    }

    static int homeBucket(long hash) {
        return (int) hash & (IndexFormat.BUCKETS_PER_PAGE - 1);
    }

    /** The other bucket in which an entry may be. An involution that never answers the same one. */
    static int otherBucket(int bucket, int signature) {
        return bucket ^ ((signature >>> 1) & (IndexFormat.BUCKETS_PER_PAGE - 1) | 1);
    }

    /** Which half the entry of a page of some depth goes to when that page splits. */
    static int half(long slot, int depth) {
        return (int) (slot >>> (63 - (depth - tagBase(depth)))) & 1;
    }
}
