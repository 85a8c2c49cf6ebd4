package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * An I/O error stopped writes for good; reads go on. Close the store and open it again, which
 * recovers everything acknowledged.
 */
public final class StoreFailedException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what happened, to what, and what to do next
     * @param cause what caused it, or null
     */
    public StoreFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
