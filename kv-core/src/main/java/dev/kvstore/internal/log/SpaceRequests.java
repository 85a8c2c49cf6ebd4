package dev.kvstore.internal.log;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a deletion that finds no room on a full disk waits for compaction to make some.
 *
 * <p>The alternative is the segment that is kept for compaction to copy to. Once that has
 * tombstones in it, compaction can free nothing any more until there is room elsewhere, so a
 * deletion takes it only if compaction has found too little to gain, or takes too long: it may be
 * kept from retiring segments, or have more to copy than anybody waits for.
 *
 * <p><b>Threads:</b> guarded by the write lock, but for {@link #latest} and {@link #isAwaited}.
 */
public final class SpaceRequests {

    private static final long NOBODY_ANSWERS = Long.MAX_VALUE;

    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LogMonitor monitor;
    private Runnable listener = () -> {};
    private @Nullable Thread answering;
    private volatile long latest;
    private volatile int waiting;
    private long answered = NOBODY_ANSWERS;

    SpaceRequests(LogMonitor monitor) {
        this.monitor = monitor;
    }

    /**
     * From now on requests are answered.
     *
     * @param answering the thread that does, which therefore asks in vain
     * @param listener called for each request, with the write lock held
     */
    public void begin(Thread answering, Runnable listener) {
        monitor.change(
                () -> {
                    this.answering = answering;
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

    /**
     * Asks for room and waits until there is, or it has been looked for, or that takes too long.
     * Write lock held, and given up meanwhile.
     */
    void await(BooleanSupplier isThere) {
        if (answered == NOBODY_ANSWERS || Thread.currentThread() == answering) {
            return;
        }
        long request = latest + 1;
        latest = request;
        waiting = waiting + 1;
        try {
            listener.run();
            long begunAtNanos = System.nanoTime();
            long left = LONGEST_WAIT_NANOS;
            while (answered < request && !isThere.getAsBoolean() && left > 0) {
                monitor.awaitChangeNanos(left);
                left = begunAtNanos + LONGEST_WAIT_NANOS - System.nanoTime();
            }
        } finally {
            waiting = waiting - 1;
        }
    }
}
