package dev.kvstore.internal.compaction;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Spreads work over time: so many bytes a second, measured over the whole piece of work. */
final class RateLimiter {

    private final long bytesPerSecond;
    private final long startedAt = System.nanoTime();
    private long bytes;

    /**
     * @param bytesPerSecond the rate, or 0 for no limit
     */
    RateLimiter(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until so many more bytes are due, or until somebody is in a hurry. */
    void acquire(long moreBytes, BooleanSupplier hurried) {
        if (bytesPerSecond == 0) {
            return;
        }
        bytes += moreBytes;
        long dueNanos = (long) (bytes * (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
        long waitNanos = dueNanos - (System.nanoTime() - startedAt);
        while (waitNanos > 0 && !hurried.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(waitNanos, TimeUnit.MILLISECONDS.toNanos(20)));
            waitNanos = dueNanos - (System.nanoTime() - startedAt);
        }
    }
}
