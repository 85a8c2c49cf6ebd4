package dev.kvstore;

/**
 * A key, a value, a batch or an option is outside its limits; nothing was written.
 *
 * @serial exclude
 */
public final class LimitExceededException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    private final long actual;
    private final long limit;

    /**
     * Makes an exception.
     *
     * @param message what was outside which limit, and what to do
     * @param actual the value that was given
     * @param limit the limit it broke
     */
    public LimitExceededException(String message, long actual, long limit) {
        super(message, null);
        this.actual = actual;
        this.limit = limit;
    }

    /**
     * Returns the value that was given.
     *
     * @return the value that was given
     */
    public long actual() {
        return actual;
    }

    /**
     * Returns the limit it broke.
     *
     * @return the limit it broke
     */
    public long limit() {
        return limit;
    }
}
