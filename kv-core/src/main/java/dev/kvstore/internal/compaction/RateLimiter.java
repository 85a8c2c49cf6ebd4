package dev.kvstore.internal.compaction;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Spreads work over time: so many bytes a second, measured over the whole piece of work, and not
 * long at a stretch. Who never sleeps is left on its processor for milliseconds by the system, also
 * while a caller's thread that has just become ready waits for one.
 */
final class RateLimiter {

    private static final long STRETCH_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final long bytesPerSecond;
    private final long startedAt = System.nanoTime();
    private long restedAt = startedAt;
    private long bytes;

    /**
     * @param bytesPerSecond the rate, or 0 for no limit
     */
    RateLimiter(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Sleeps as briefly as the system can, if that is due. No lock may be held. */
    void rest() {
        if (System.nanoTime() - restedAt >= STRETCH_NANOS) {
            LockSupport.parkNanos(1);
            restedAt = System.nanoTime();
        }
    }

    /** Waits until so many more bytes are due, or until cancelled. */
    void acquire(long moreBytes, BooleanSupplier cancelled) {
        if (bytesPerSecond == 0) {
            return;
        }
        bytes += moreBytes;
        long dueNanos = (long) (bytes * (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
        long waitNanos = dueNanos - (System.nanoTime() - startedAt);
        while (waitNanos > 0 && !cancelled.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(waitNanos, TimeUnit.MILLISECONDS.toNanos(20)));
            waitNanos = dueNanos - (System.nanoTime() - startedAt);
        }
    }
}
