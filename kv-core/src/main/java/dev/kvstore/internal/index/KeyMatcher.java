package dev.kvstore.internal.index;

import org.jspecify.annotations.Nullable;

/**
 * Decides for a lookup whether an address is that of the sought key. The index finds candidates by
 * a few bits of the hash; only the key's own bytes prove a hit. One object serves all lookups of a
 * kind, by any number of threads: a lookup allocates nothing but what it finds.
 *
 * <p>A lookup without a lock calls {@link #lifeOf} first, reads the slot a second time, and calls
 * {@link #match} only if the slot is unchanged. The life was therefore the present one at a moment
 * when the slot pointed there, and if it still is after {@code match} has read the record, the
 * bytes belonged to that slot. That is so for a slot of a page that is in use; a slot of a page
 * that was split meanwhile may point anywhere. So whatever is answered counts only if the page
 * table shows afterwards that it was not.
 *
 * @param <K> what tells the sought key
 * @param <V> what a lookup finds
 */
public interface KeyMatcher<K, V> {

    /** Why there was no match. */
    enum Mismatch {
        /** The record is that of another key. */
        OTHER_KEY,
        /** The record's place was given to something else meanwhile: look again. */
        MOVED,
        /** There is no whole record: if the address is one of the index still, it is damaged. */
        DAMAGED
    }

    /** Returns what will tell whether the record at an address has been moved. */
    default long lifeOf(long address) {
        return 0;
    }

    /**
     * Compares the record at an address.
     *
     * @param life what {@link #lifeOf} returned for it
     * @return what is to be found there, or null if it is not the record of that key
     */
    @Nullable V match(K key, long address, long life);

    /**
     * Returns why the last {@link #match} with the same arguments returned null. Counts only if the
     * slot is still unchanged afterwards: a file that is given up says nothing of a life any more.
     */
    default Mismatch mismatch(K key, long address, long life) {
        return Mismatch.OTHER_KEY;
    }

    /** Returns what to throw if an address at which there is no whole record is in the index. */
    default RuntimeException damage(long address) {
        return new IllegalStateException("The index points to what is no record.");
    }
}
