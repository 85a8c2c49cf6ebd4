package dev.kvstore.internal.log;

import dev.kvstore.StoreFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the log durable up to a position, once for everybody who waits. Whoever comes first forces,
 * for all that was appended until then; who comes meanwhile waits, and the first of those forces
 * next. With one writer there is no hand-over at all. Where there are many, each is woken by name
 * and takes no lock, so that they do not wake one after the other.
 *
 * <p><b>Invariant:</b> when nobody forces, each of the waiters has been called, or is durable and
 * about to be, or one who was called and is not durable will force, or find that another one did,
 * who then calls. So nobody waits for ever.
 *
 * <p><b>Locks:</b> the right to force is taken before the store's write lock, never after.
 *
 * <p><b>After a failed force</b> nothing is ever forced again: the kernel may have dropped the
 * pages and would answer the next call with success. All who wait and all who come later get the
 * error.
 */
public final class GroupCommit {

    /** What was appended and is not known to be on the disk, at one moment. */
    record Batch(long position, List<Range> ranges) {}

    /** A part of a segment. */
    record Range(Segment segment, int from, int to) {}

    /** The log, as this class sees it; called with the write lock held. */
    interface Tail {
        Batch unforced();

        void forced(Batch batch);
    }

    private final ReentrantLock writeLock;
    private final Tail tail;
    private final ReentrantLock turn = new ReentrantLock();
    private final Condition idle = turn.newCondition();
    private final List<Waiter> waiters = new ArrayList<>(); // guarded by turn
    private boolean forcing; // guarded by turn
    private volatile long durablePosition;
    private volatile long forces; // these two are written by who forces, one at a time
    private volatile long forceNanos;
    private volatile @Nullable Throwable failure;

    GroupCommit(ReentrantLock writeLock, Tail tail) {
        this.writeLock = writeLock;
        this.tail = tail;
    }

    /** Returns the position up to which everything is on the disk. */
    public long durablePosition() {
        return durablePosition;
    }

    /** Returns how often something was forced. */
    public long forces() {
        return forces;
    }

    /** Returns how long that took altogether. */
    public Duration forceTime() {
        return Duration.ofNanos(forceNanos);
    }

    /** Returns why nothing is forced any more, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** A thread that waits until a position is durable. */
    private static final class Waiter {

        final Thread thread = Thread.currentThread();
        final long position;
        volatile boolean called;

        Waiter(long position) {
            this.position = position;
        }

        void call() {
            called = true;
            LockSupport.unpark(thread);
        }
    }

    /**
     * Returns when everything before a position is on the disk. The caller must not hold the write
     * lock. Interrupting it has no effect but that the flag stays set.
     */
    public void await(long position) {
        boolean interrupted = false;
        try {
            while (durablePosition < position) {
                throwIfFailed();
                Waiter waiter = new Waiter(position);
                if (isTurnOf(waiter)) {
                    force();
                }
                while (!waiter.called) {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the caller is to force; else it is called when there is something new. */
    private boolean isTurnOf(Waiter waiter) {
        turn.lock();
        try {
            boolean isDurable = durablePosition >= waiter.position;
            if (forcing && !isDurable) {
                waiters.add(waiter);
                return false;
            }
            waiter.called = true;
            if (isDurable) {
                return false;
            }
            forcing = true;
            return true;
        } finally {
            turn.unlock();
        }
    }

    /** Forces everything that was appended until now. It is the caller's turn. */
    private void force() {
        try {
            // Another force may have failed since the caller looked, while he waited for his turn.
            throwIfFailed();
            Batch batch;
            writeLock.lock();
            try {
                batch = tail.unforced();
            } finally {
                writeLock.unlock();
            }
            forceAll(batch);
        } finally {
            List<Waiter> called;
            turn.lock();
            try {
                forcing = false;
                called = takeCalled();
                idle.signalAll();
            } finally {
                turn.unlock();
            }
            called.forEach(Waiter::call);
        }
    }

    /**
     * Forces everything and then runs something at a moment when nothing is unforced, with the
     * write lock held.
     */
    public void runWhenAllIsForced(Runnable action) {
        turn.lock();
        try {
            while (forcing) {
                idle.awaitUninterruptibly();
            }
            throwIfFailed();
            writeLock.lock();
            try {
                forceAll(tail.unforced());
                action.run();
            } finally {
                writeLock.unlock();
            }
        } finally {
            List<Waiter> called = takeCalled();
            turn.unlock();
            called.forEach(Waiter::call);
        }
    }

    /**
     * Takes those whom the last force served, or all after a failure, and before them the first of
     * the others, who forces next. The turn is held.
     */
    private List<Waiter> takeCalled() {
        List<Waiter> called = new ArrayList<>();
        List<Waiter> left = new ArrayList<>();
        boolean isNextCalled = false;
        for (Waiter waiter : waiters) {
            if (failure != null || waiter.position <= durablePosition) {
                called.add(waiter);
            } else if (!isNextCalled) {
                isNextCalled = true;
                called.add(0, waiter);
            } else {
                left.add(waiter);
            }
        }
        waiters.clear();
        waiters.addAll(left);
        return called;
    }

    private void forceAll(Batch batch) {
        try {
            force(batch.ranges());
            writeLock.lock();
            try {
                tail.forced(batch);
                durablePosition = batch.position();
            } finally {
                writeLock.unlock();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            throwIfFailed();
        }
    }

    private void force(List<Range> ranges) throws IOException {
        if (ranges.isEmpty()) {
            return;
        }
        long startedAt = System.nanoTime();
        for (Range range : ranges) {
            range.segment().force(range.from(), range.to());
        }
        forceNanos = forceNanos + System.nanoTime() - startedAt;
        forces = forces + 1;
    }

    /** Stops all forcing, and so all writing, for good. */
    public void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    /** Throws if there is a reason for which nothing is forced any more. */
    public void throwIfFailed() {
        Throwable e = failure;
        if (e != null) {
            throw new StoreFailedException(
                    "The store accepts no more writes after an error ("
                            + e
                            + "); reads go on. Check the disk, then close the store and open it"
                            + " again.",
                    e);
        }
    }
}
