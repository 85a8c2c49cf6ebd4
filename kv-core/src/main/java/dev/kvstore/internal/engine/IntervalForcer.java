package dev.kvstore.internal.engine;

import dev.kvstore.internal.storage.EngineThread;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Forces the log by the clock, for {@link dev.kvstore.Durability#INTERVAL}. */
final class IntervalForcer {

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    private final Runnable force;
    private final long intervalNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stopped; // guarded by lock
    private final Thread thread = new EngineThread("kv-forcer", this::run);

    IntervalForcer(Runnable force, Duration interval) {
        this.force = force;
        this.intervalNanos = interval.toNanos();
    }

    void start() {
        thread.start();
    }

    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        EngineThread.joinUninterruptibly(thread);
    }

    private void run() {
        while (awaitInterval()) {
            try {
                force.run();
            } catch (RuntimeException e) {
                // The store has failed; every later write says so, and so does its health.
                LOGGER.log(System.Logger.Level.ERROR, "The log could not be forced.", e);
                return;
            }
        }
    }

    private boolean awaitInterval() {
        lock.lock();
        try {
            long left = intervalNanos;
            while (!stopped && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !stopped;
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody may interrupt an engine thread.", e);
        } finally {
            lock.unlock();
        }
    }

    /** Forces everything that has been appended. */
    static Runnable of(dev.kvstore.internal.log.Log log) {
        return () -> {
            try {
                log.commit().await(log.hotTail().lockedPosition());
            } catch (Error e) {
                log.commit().fail(e); // nobody would force any more
                throw e;
            }
        };
    }
}
