package dev.kvstore.internal.log;

import dev.kvstore.StoreClosedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store's write lock, and how those who hold it wait for what another thread does: segments
 * come and go rarely, so that one condition serves all.
 */
final class LogMonitor {

    private final ReentrantLock lock;
    private final Condition changed;
    private final GroupCommit commit;
    private boolean stopped; // guarded by lock

    LogMonitor(ReentrantLock lock, GroupCommit commit) {
        this.lock = lock;
        this.changed = lock.newCondition();
        this.commit = commit;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** Tells those who wait that something has changed. Lock held. */
    void signalAll() {
        changed.signalAll();
    }

    /** Runs something with the lock held, and then tells those who wait. */
    void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Reads something with the lock held. */
    <T extends @Nullable Object> T read(Supplier<T> reading) {
        lock.lock();
        try {
            return reading.get();
        } finally {
            lock.unlock();
        }
    }

    /** Stops all writing for good. */
    void fail(Throwable e) {
        commit.fail(e);
    }

    boolean isStopped() {
        return stopped;
    }

    void stop() {
        change(() -> stopped = true);
    }

    /** Waits, as a caller of the store, for a change. Lock held, and given up meanwhile. */
    void awaitChange() {
        throwIfOver();
        changed.awaitUninterruptibly();
        throwIfOver();
    }

    /** As {@link #awaitChange()}, for so long at most; interrupts are kept for the caller. */
    void awaitChangeNanos(long nanos) {
        throwIfOver();
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        boolean waited = false;
        while (!waited) {
            try {
                changed.awaitNanos(end - System.nanoTime());
                waited = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        throwIfOver();
    }

    void throwIfOver() {
        commit.throwIfFailed();
        if (stopped) {
            throw new StoreClosedException("The store has been closed.");
        }
    }

    /** Waits, as a thread of the log's own, for a change or some time. Lock held. */
    void awaitChange(long millis) {
        try {
            if (!stopped) {
                changed.await(millis, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody may interrupt an engine thread.", e);
        }
    }
}
