package dev.kvstore.internal.index;

/**
 * Decides for a lookup whether an address is that of the sought key. The index finds candidates by
 * a few bits of the hash; only the key's own bytes prove a hit.
 *
 * <p>A lookup without a lock calls {@link #locate} first, reads the slot a second time, and calls
 * {@link #match} only if the slot is unchanged. What {@code locate} noted about the address (the
 * life of its segment) was therefore true at a moment when the slot pointed there, and if it is
 * still true after {@code match} has read the record, the bytes belonged to that slot. That is so
 * for a slot of a page that is in use; a slot of a page that was split meanwhile may point
 * anywhere. So whatever is answered counts only if the page table shows afterwards that it was not.
 */
public interface KeyMatcher {

    /** The answer of {@link #match}. */
    enum Answer {
        /** The record is that of the sought key. */
        YES,
        /** The record is that of another key. */
        NO,
        /** The record's place was given to something else meanwhile: look again. */
        MOVED,
        /** There is no whole record: if the address is one of the index still, it is damaged. */
        DAMAGED
    }

    /** Notes what will tell whether the record at an address has been moved. */
    void locate(long address);

    /** Compares, after {@link #locate}, the record at that address. */
    Answer match();

    /** Returns what to throw if the address of the last answer, DAMAGED, is one of the index. */
    default RuntimeException damage() {
        return new IllegalStateException("The index points to what is no record.");
    }
}
