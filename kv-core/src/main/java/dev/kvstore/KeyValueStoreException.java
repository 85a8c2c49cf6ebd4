package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything a store throws of its own accord. Its message says what happened, to what,
 * and what to do next.
 */
public class KeyValueStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what happened, to what, and what to do next
     * @param cause what caused it, or null
     */
    public KeyValueStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
