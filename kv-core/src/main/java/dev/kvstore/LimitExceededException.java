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
     * @param actual the value that was given: bytes, seconds for a duration, or as the message says
     * @param limit the limit it broke, in the same unit
     */
    public LimitExceededException(String message, long actual, long limit) {
        super(message, null);
        this.actual = actual;
        this.limit = limit;
    }

    /**
     * Returns the value that was given, as a whole number: the message has it exactly.
     *
     * @return bytes for lengths, seconds for durations, or as the message says
     */
    public long actual() {
        return actual;
    }

    /**
     * Returns the limit it broke, as a whole number.
     *
     * @return the limit, in the unit of {@link #actual()}
     */
    public long limit() {
        return limit;
    }
}
