package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * The disk has no room for the write, or less than the free-disk floor, or a file could not be made
 * for another want, of a file descriptor for example; nothing was written. Deletes and compaction
 * still work if there is too little room, and writes work again once there is enough of what was
 * missing. A delete may wait for ten seconds for compaction in the background to make room.
 */
public final class StoreFullException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what happened, to what, and what to do next
     * @param cause what caused it, or null
     */
    public StoreFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
