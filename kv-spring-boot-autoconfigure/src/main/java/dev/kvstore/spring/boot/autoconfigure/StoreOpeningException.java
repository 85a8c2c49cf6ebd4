package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStoreException;

/** A configured store could not be opened. Adds to the cause which properties the store has. */
final class StoreOpeningException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    private final String prefix;

    /**
     * Makes an exception.
     *
     * @param prefix what the names of the store's properties start with
     * @param cause why the store could not be opened
     */
    StoreOpeningException(String prefix, KeyValueStoreException cause) {
        super(cause.getMessage(), cause);
        this.prefix = prefix;
    }

    String prefix() {
        return prefix;
    }

    KeyValueStoreException failure() {
        return (KeyValueStoreException) getCause();
    }
}
