package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.EngineThread;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;

/**
 * Brings full segments to the disk, in order, and writes the hints that prove it. Hot segments on a
 * thread of its own, cold ones on the thread of compaction.
 *
 * <p><b>Threads:</b> the queue is guarded by the write lock.
 */
final class Sealer {

    /** How many full segments may wait before writers wait for the disk. */
    private static final int MAX_UNPROVEN = 8;

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
    private long hintBytes; // guarded as the queue; read without the lock for statistics
    private volatile Runnable listener = () -> {};

    private record Full(Segment segment, long endPosition) {}

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

    /** Waits until nothing is left to do. Write lock held. */
    void awaitIdle() {
        while (!queue.isEmpty()) {
            monitor.awaitChange();
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
            commit.await(next.endPosition());
            prove(next.segment());
            monitor.change(queue::remove);
            listener.run();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            commit.fail(e);
            monitor.change(() -> {}); // those who wait find the failure
            // Last: a log may fail too, for want of a file descriptor, and nobody may wait for it.
            LOGGER.log(System.Logger.Level.ERROR, "A segment could not be sealed.", e);
            return false;
        }
    }

    /** Writes the hint of a segment that is on the disk. Write lock not held. */
    void prove(Segment segment) throws IOException {
        int size =
                Hint.write(
                        storage,
                        segment,
                        storeId,
                        offset -> hashAt.applyAsLong(addresses.of(segment.id, offset)));
        monitor.change(
                () -> {
                    hintBytes += size;
                    segment.state = Segment.State.PROVEN;
                });
    }
}
