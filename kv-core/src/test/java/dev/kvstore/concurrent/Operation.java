package dev.kvstore.concurrent;

/**
 * One call on one key, and what became of it. Values are told apart by numbers above zero; {@link
 * #ABSENT} stands for none. The two stamps are of one clock for each key: a call that has returned
 * before another was invoked has a lower stamp there than the other here.
 *
 * @param client the thread that called
 * @param kind what was called
 * @param value the value to write, or {@link #ABSENT}; a batch may set a key to that, too
 * @param expected the value that a compareAndSet expects; if {@link #ABSENT}, one that never was
 * @param result the value that was read, 1 or 0 for true or false, or {@link #UNKNOWN}
 * @param invoked the stamp before the call
 * @param returned the stamp after the call; if it threw, of a moment when it had no effect any more
 */
record Operation(
        int client,
        Kind kind,
        long value,
        long expected,
        long result,
        long invoked,
        long returned) {

    static final long ABSENT = 0;

    /** The result of a call that threw: it may have had its effect or not. */
    static final long UNKNOWN = -1;

    /** What {@link #apply} answers if the call cannot have happened then. */
    static final long IMPOSSIBLE = -1;

    enum Kind {
        GET,
        CONTAINS,
        SET,
        UPDATE,
        SET_IF_ABSENT,
        COMPARE_AND_SET,
        DELETE
    }

    /**
     * Returns the value that the key has after this call if it had another before, or {@link
     * #IMPOSSIBLE} if this call would have returned something else then.
     */
    long apply(long before) {
        return switch (kind) {
            case GET -> result == before || result == UNKNOWN ? before : IMPOSSIBLE;
            case CONTAINS -> decide(before, before != ABSENT, before);
            case SET -> value;
            case UPDATE -> decide(before, before != ABSENT, value);
            case SET_IF_ABSENT -> decide(before, before == ABSENT, value);
            case COMPARE_AND_SET -> decide(before, before == expected && before != ABSENT, value);
            case DELETE -> decide(before, before != ABSENT, ABSENT);
        };
    }

    private long decide(long before, boolean holds, long after) {
        if (result != UNKNOWN && holds != (result == 1)) {
            return IMPOSSIBLE;
        }
        return holds ? after : before;
    }

    /** Whether it may have changed something. */
    boolean isWrite() {
        return kind != Kind.GET && kind != Kind.CONTAINS && result != 0;
    }

    @Override
    public String toString() {
        String arguments =
                switch (kind) {
                    case GET, CONTAINS, DELETE -> "";
                    case COMPARE_AND_SET -> expected + ", " + value;
                    default -> "" + value;
                };
        String answer =
                result == UNKNOWN
                        ? "threw"
                        : switch (kind) {
                            case GET -> result == ABSENT ? "none" : "" + result;
                            case SET -> "returned";
                            default -> "" + (result == 1);
                        };
        return "[%d, %d] client %d: %s(%s) -> %s"
                .formatted(invoked, returned, client, kind, arguments, answer);
    }
}
