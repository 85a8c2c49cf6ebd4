package dev.kvstore;

/** The store has been closed. */
public final class StoreClosedException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what happened, to what, and what to do next
     */
    public StoreClosedException(String message) {
        super(message, null);
    }
}
