package dev.kvstore.internal.log;

import java.util.function.BooleanSupplier;

/**
 * How a deletion that finds no room on a full disk waits for compaction to make some.
 *
 * <p>The alternative is the segment that is kept for compaction to copy to. Once that has
 * tombstones in it, compaction can free nothing any more until there is room elsewhere, so a
 * deletion takes it only if compaction has looked and found too little to gain.
 *
 * <p><b>Threads:</b> guarded by the write lock, but for {@link #latest} and {@link #isAwaited}.
 */
public final class SpaceRequests {

    private static final long NOBODY_ANSWERS = Long.MAX_VALUE;

    private final LogMonitor monitor;
    private Runnable listener = () -> {};
    private volatile long latest;
    private volatile int waiting;
    private long answered = NOBODY_ANSWERS;

    SpaceRequests(LogMonitor monitor) {
        this.monitor = monitor;
    }

    /**
     * From now on requests are answered.
     *
     * @param listener called for each, with the write lock held
     */
    public void begin(Runnable listener) {
        monitor.change(
                () -> {
                    this.listener = listener;
                    answered = latest;
                });
    }

    /** Nobody answers any more; whoever waits goes on. */
    public void end() {
        monitor.change(() -> answered = NOBODY_ANSWERS);
    }

    /** Returns the number of the latest request. Write lock not needed. */
    public long latest() {
        return latest;
    }

    /** Whether somebody waits. Write lock not needed. */
    public boolean isAwaited() {
        return waiting > 0;
    }

    /** Says that compaction has looked for room since a request, with or without success. */
    public void answer(long request) {
        monitor.change(() -> answered = Math.max(answered, request));
    }

    /** Asks for room and waits until there is, or it has been looked for. Write lock held. */
    void await(BooleanSupplier isThere) {
        long request = latest + 1;
        latest = request;
        waiting = waiting + 1;
        try {
            if (answered < request) {
                listener.run();
            }
            while (answered < request && !isThere.getAsBoolean()) {
                monitor.awaitChange();
            }
        } finally {
            waiting = waiting - 1;
        }
    }
}
