package dev.kvstore;

/** The store was opened read-only and was asked to write. */
public final class StoreReadOnlyException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what happened, to what, and what to do next
     */
    public StoreReadOnlyException(String message) {
        super(message, null);
    }
}
