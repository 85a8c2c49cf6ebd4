package dev.kvstore.internal.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock whose waiters look again for a moment before they park. It is held for less than a
 * microsecond at a time, and to wake a thread that has parked costs its holder several.
 */
final class WriteLock extends ReentrantLock {

    private static final long serialVersionUID = 1L;

    /** Some microseconds; none where the holder could not go on meanwhile. */
    private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 100 : 0;

    @Override
    public void lock() {
        for (int look = 0; look < LOOKS; look++) {
            if (tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        super.lock();
    }
}
