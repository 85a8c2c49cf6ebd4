package dev.kvstore.internal.log;

import dev.kvstore.StoreFullException;
import dev.kvstore.internal.storage.EngineThread;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings full segments to the disk, in order, and writes the hints that prove it. Hot segments on a
 * thread of its own, cold ones on the thread of compaction.
 *
 * <p><b>Threads:</b> the queue is guarded by the write lock.
 */
final class Sealer {

    /** How many full segments may wait before writers wait for the disk. */
    private static final int MAX_UNPROVEN = 8;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    private final Storage storage;
    private final long storeId;
    private final RecordAddress addresses;
    private final LogMonitor monitor;
    private final GroupCommit commit;
    private final SegmentPool pool;
    private final LongUnaryOperator hashAt;
    private final Thread thread = new EngineThread("kv-sealer", this::run);

    private final Deque<Full> queue = new ArrayDeque<>();
    private volatile @Nullable IOException postponement; // why the first of them waits
    private long hintBytes; // guarded as the queue; read without the lock for statistics
    private volatile Runnable listener = () -> {};

    /**
     * A segment that waits. No record: to compare two of them the first time takes tens of
     * milliseconds in which the virtual machine makes the comparison, and writers wait for the
     * lock.
     */
    private static final class Full {

        final Segment segment;
        final long endPosition;

        Full(Segment segment, long endPosition) {
            this.segment = segment;
            this.endPosition = endPosition;
        }
    }

    Sealer(
            Storage storage,
            long storeId,
            RecordAddress addresses,
            LogMonitor monitor,
            GroupCommit commit,
            SegmentPool pool,
            LongUnaryOperator hashAt) {
        this.storage = storage;
        this.storeId = storeId;
        this.addresses = addresses;
        this.monitor = monitor;
        this.commit = commit;
        this.pool = pool;
        this.hashAt = hashAt;
    }

    void start() {
        thread.start();
    }

    void join() {
        EngineThread.joinUninterruptibly(thread);
    }

    /** Why the next segment cannot get its hint for now, or null if it can. */
    @Nullable IOException postponement() {
        return postponement;
    }

    long hintBytes() {
        return hintBytes;
    }

    void onSealed(Runnable listener) {
        this.listener = listener;
    }

    /** Takes a hot segment that is full. Write lock held. */
    void add(Segment segment, long endPosition) {
        segment.state = Segment.State.SEALED;
        queue.add(new Full(segment, endPosition));
        pool.ended();
        monitor.signalAll();
    }

    /** Whether writers should wait. Write lock held. */
    boolean isBehind() {
        return queue.size() >= MAX_UNPROVEN;
    }

    /**
     * Waits until something has happened. Write lock held.
     *
     * @throws StoreFullException if the next segment cannot be proven for now
     */
    void awaitProgress() {
        monitor.throwIfOver();
        IOException reason = postponement;
        if (reason != null) {
            throw new StoreFullException(
                    "The full segments of the store in "
                            + storage.directory()
                            + " cannot be completed for now ("
                            + reason.getMessage()
                            + "). Nothing was written. It is tried again every second, and writes"
                            + " then go on by themselves.",
                    reason);
        }
        monitor.awaitChange();
    }

    /**
     * Waits until the segments that are full now have their hints; as {@link #awaitProgress}. Those
     * that writers fill meanwhile do not count: there may be some at every moment.
     */
    void awaitQueued() {
        Full last = queue.peekLast();
        while (last != null && queue.contains(last)) {
            awaitProgress();
        }
    }

    private void run() {
        ReentrantLock lock = monitor.lock();
        while (true) {
            Full next;
            lock.lock();
            try {
                while (queue.isEmpty() && !monitor.isStopped()) {
                    monitor.awaitChange(Long.MAX_VALUE);
                }
                next = queue.peek();
            } finally {
                lock.unlock();
            }
            if (next == null || !seal(next)) {
                return;
            }
        }
    }

    private boolean seal(Full next) {
        try {
            commit.await(next.endPosition);
            prove(next.segment, draft(next.segment));
            monitor.change(
                    () -> {
                        queue.remove();
                        postponement = null;
                    });
            listener.run();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            if (e instanceof FileSystemException reason && isPostponed(reason)) {
                return true;
            }
            commit.fail(e);
            monitor.change(() -> {}); // those who wait find the failure
            // Last: a log may fail too, for want of a file descriptor, and nobody may wait for it.
            LOGGER.log(System.Logger.Level.ERROR, "A segment could not be sealed.", e);
            return false;
        }
    }

    /** Waits for a while, and tells whether to try again. */
    private boolean isPostponed(FileSystemException reason) {
        long begun = System.nanoTime();
        boolean isNew;
        ReentrantLock lock = monitor.lock();
        lock.lock();
        try {
            if (monitor.isStopped() || commit.failure() != null) {
                return false;
            }
            isNew = postponement == null;
            postponement = reason;
            monitor.signalAll();
        } finally {
            lock.unlock();
        }
        if (isNew) {
            warn(reason);
        }
        lock.lock();
        try {
            while (!monitor.isStopped() && System.nanoTime() - begun < RETRY_NANOS) {
                monitor.awaitChange(TimeUnit.NANOSECONDS.toMillis(RETRY_NANOS));
            }
        } finally {
            lock.unlock();
        }
        return true;
    }

    private static void warn(IOException reason) {
        try {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "A full segment cannot be completed for now. It is tried again every second.",
                    reason);
        } catch (RuntimeException | Error e) {
            // For the same want of a file descriptor; this thread has to go on.
        }
    }

    /**
     * Makes the place for a segment's hint. Write lock not held.
     *
     * @throws FileSystemException if a file could not be opened, and nothing has happened; the
     *     store has failed if something else did, as it may have been a force
     */
    HintDraft draft(Segment segment) throws IOException {
        try {
            return HintDraft.of(storage, segment, storeId);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            commit.fail(e);
            throw e;
        }
    }

    /**
     * Writes the hint of a segment that is on the disk. If that fails, so does the store: the hint
     * may be there all the same. Write lock not held.
     */
    void prove(Segment segment, HintDraft hint) throws IOException {
        int size;
        try {
            size = hint.write(offset -> hashAt.applyAsLong(addresses.of(segment.id, offset)));
        } catch (IOException | RuntimeException | Error e) {
            commit.fail(e);
            throw e;
        }
        monitor.change(
                () -> {
                    hintBytes += size;
                    segment.state = Segment.State.PROVEN;
                });
    }
}
