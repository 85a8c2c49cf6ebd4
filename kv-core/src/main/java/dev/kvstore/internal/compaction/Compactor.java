package dev.kvstore.internal.compaction;

import dev.kvstore.CompactionProgress;
import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.storage.EngineThread;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compacts a store, in the background when there is enough garbage and completely when asked.
 *
 * <p><b>Threads:</b> one, which this class starts; everything else may be called by anybody. The
 * store's write lock is taken inside this class's own lock nowhere; the other way round it may be.
 */
public final class Compactor {

    /*
     * What keeps data safe
     * --------------------
     * A segment is emptied by copying its live records, with their sequence numbers, to a cold
     * segment, and switching the index to the copies. It is retired, that is, its header says
     * durably that it is free, only when
     *
     *  1. the copies are on the disk, and a mark behind them that says so is too;
     *  2. the log is on the disk up to where the index was last consulted: what made the other
     *     records obsolete must not be lost together with them;
     *  3. if it was part of the hot chain, a mark on the disk proves the chain without it.
     *
     * Until then a crash finds original and copy, which are the same. A copy never comes back to
     * win over something newer, because sequence numbers decide, not places.
     *
     * A tombstone is dropped when no older version of its key can be left anywhere; see
     * CompactionPolicy.mayHoldOlderVersion. Segments are retired one by one, durably, so an older
     * version that was in one retired before cannot come back either.
     *
     * A record whose time to live has passed is deleted as a caller would delete it. From then on
     * its tombstone protects it from coming back, wherever the clock goes.
     */

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    /** Free segments that are left, to be written next, when nobody writes much. */
    private static final int KEPT_WHEN_QUIET = 1;

    /** Free segments that are left while segments fill: to make one anew writes it twice. */
    private static final int KEPT_WHEN_BUSY = 6;

    /** Nobody writes much if no segment has filled for so long at least ... */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** ... and for so many times the time that the last one took: a load that is slow goes on. */
    private static final int QUIET_FILLS = 2;

    /** What took longer was quiet in between: the first segment after a day tells of no day. */
    private static final long LONGEST_FILL_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The share of the garbage ratio above which compaction works when nobody writes much. */
    private static final double QUIET_SHARE = 0.4;

    /** On a full disk whatever is more than this is worth the work. */
    private static final double FULL_RATIO = 0.02;

    /** More rounds than this bring nothing: each drops what the one before made droppable. */
    private static final int MAX_ROUNDS = 4;

    private final Log log;
    private final HashIndex index;
    private final ReentrantLock writeLock;
    private final long hashSeed;
    private final ExpiredRecords expired;
    private final LongSupplier diskBytes;
    private final CompactionOptions options;
    private final Supplier<BiConsumer<@Nullable CompactionReport, @Nullable Throwable>> watcher;
    private final CompactionPolicy policy;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final List<Request> requests = new ArrayList<>();
    private boolean sealed;
    private long sealedAtNanos = System.nanoTime();
    private long fillNanos;
    private @Nullable CompactionReport lastReport;
    private @Nullable RuntimeException lastFailure;

    /** Whether somebody waits for a complete compaction; changed with the lock held. */
    private volatile boolean requested;

    /** The last request for space after which there was a compaction, if it was worth one. */
    private long answeredRequest; // used by the thread only

    /** Whether there may be something to give back when nobody writes much. */
    private boolean quietWorkDue; // used by the thread only

    private volatile boolean stopped;
    private volatile @Nullable CompactionProgress progress;
    private volatile CompactionTotals totals = CompactionTotals.NONE; // written by the thread only

    /** Somebody who waits for a complete compaction. Guarded by lock. */
    private static final class Request {

        final Consumer<? super CompactionProgress> listener;
        boolean ended;
        @Nullable CompactionReport report;
        @Nullable RuntimeException failure;

        Request(Consumer<? super CompactionProgress> listener) {
            this.listener = listener;
        }
    }

    /**
     * Makes a compactor and does not start it.
     *
     * @param watcher called when a compaction begins; gives what to call when it has ended
     */
    public Compactor(
            Log log,
            HashIndex index,
            ReentrantLock writeLock,
            long hashSeed,
            int segmentSizeBytes,
            ExpiredRecords expired,
            LongSupplier diskBytes,
            CompactionOptions options,
            Supplier<BiConsumer<@Nullable CompactionReport, @Nullable Throwable>> watcher) {
        this.log = log;
        this.index = index;
        this.writeLock = writeLock;
        this.hashSeed = hashSeed;
        this.expired = expired;
        this.diskBytes = diskBytes;
        this.options = options;
        this.watcher = watcher;
        this.policy = new CompactionPolicy(log.segments(), segmentSizeBytes, expired::now);
        this.thread = new EngineThread("kv-compactor", this::run);
    }

    /** Starts the thread. */
    public void start() {
        log.onSealed(this::segmentSealed);
        if (options.inBackground()) {
            log.spaceRequests().begin(thread, this::wake);
        }
        // What the last process left: it may have ended before it was due, each time.
        sealed = true;
        quietWorkDue = options.inBackground() || log.hasSurplus();
        thread.start();
    }

    /** Stops what is running, which leaves the store as good as it was, and ends the thread. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        EngineThread.joinUninterruptibly(thread);
    }

    /** Fails if the caller is a listener: what it asks for would wait for its own return. */
    public void checkCaller() {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException(
                    "A compaction listener may neither compact nor close the store: that would"
                            + " wait for the listener. Do it in another thread.");
        }
    }

    /** Compacts completely and waits for it, whatever interrupts the caller. */
    public CompactionReport compact(Consumer<? super CompactionProgress> listener) {
        checkCaller();
        Request request = new Request(listener);
        lock.lock();
        try {
            requests.add(request);
            requested = true;
            changed.signalAll();
            while (!request.ended && !stopped) {
                changed.awaitUninterruptibly();
            }
            RuntimeException failure = request.failure;
            if (failure != null) {
                throw failure;
            }
            CompactionReport report = request.report;
            if (report == null) {
                throw new StoreClosedException("The store was closed during compaction.");
            }
            return report;
        } finally {
            lock.unlock();
        }
    }

    /** Returns what is and was done. */
    public CompactionStatus status() {
        lock.lock();
        try {
            CompactionProgress now = progress;
            return new CompactionStatus(
                    now != null,
                    now,
                    lastReport,
                    lastFailure == null ? null : lastFailure.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Returns what all compactions did together. */
    public CompactionTotals totals() {
        return totals;
    }

    private void segmentSealed() {
        lock.lock();
        try {
            long now = System.nanoTime();
            sealed = true;
            fillNanos = Math.min(now - sealedAtNanos, LONGEST_FILL_NANOS);
            sealedAtNanos = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!stopped) {
                List<Request> served = awaitWork();
                long spaceRequest = log.spaceRequests().latest();
                if (stopped) {
                    return;
                }
                boolean quiet = quietWorkDue && untilQuiet() <= 0;
                if (!served.isEmpty() || isBackgroundWorkDue()) {
                    work(served);
                }
                if (!served.isEmpty() || !requested) { // else it was cut short for those who wait
                    answeredRequest = spaceRequest;
                    log.spaceRequests().answer(spaceRequest);
                }
                if (quiet) {
                    shrink(); // also after a failure, so that it is not tried again at once
                }
            }
        } catch (RuntimeException | Error e) {
            // Nobody would compact any more, and those who ask for it would wait for ever.
            log.commit().fail(e);
            stop(new KeyValueStoreException("Compaction has ended for good: " + e, e));
            throw e;
        } finally {
            log.spaceRequests().end();
        }
    }

    private void stop(RuntimeException reason) {
        lock.lock();
        try {
            stopped = true;
            lastFailure = reason;
            requests.forEach(request -> request.failure = reason);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a request, the interval, or a sealed segment; returns who waits. */
    private List<Request> awaitWork() {
        lock.lock();
        try {
            long waitNanos = TimeUnit.MILLISECONDS.toNanos(options.interval().toMillis());
            if (quietWorkDue) {
                waitNanos = Math.min(waitNanos, untilQuiet());
            }
            while (!stopped
                    && requests.isEmpty()
                    && !sealed
                    && log.spaceRequests().latest() == answeredRequest
                    && waitNanos > 0) {
                waitNanos = changed.awaitNanos(waitNanos);
            }
            // After a failure only time or a request starts another try, so that it does not spin.
            quietWorkDue |= sealed && options.inBackground();
            sealed = false;
            return List.copyOf(requests);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody may interrupt an engine thread.", e);
        } finally {
            lock.unlock();
        }
    }

    private long untilQuiet() {
        lock.lock();
        try {
            long quiet = Math.max(QUIET_NANOS, QUIET_FILLS * fillNanos);
            return sealedAtNanos + quiet - System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private void shrink() {
        quietWorkDue = false;
        try {
            log.shrink(KEPT_WHEN_QUIET);
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it was, the segments can be used as they are.
            log(
                    new KeyValueStoreException("Free segments could not be given back: " + e, e),
                    false);
        }
    }

    private boolean isBackgroundWorkDue() {
        return options.inBackground() && nextInBackground().isPresent();
    }

    /** Returns the segment to empty next, if there is enough to gain. */
    private Optional<Segment> nextInBackground() {
        double ratio = tolerated();
        return policy.garbageRatio() > ratio
                ? policy.mostGarbage()
                : policy.keepingTombstones(ratio, log.coldTail().segment());
    }

    /** Returns the share of garbage above which there is something to do. */
    private double tolerated() {
        if (log.allocationFailure() != null) {
            double share = Math.min(FULL_RATIO, options.garbageRatio());
            boolean awaited = log.spaceRequests().isAwaited();
            return awaited ? Math.min(share, policy.shareOfOneSegment()) : share;
        }
        return options.garbageRatio() * (untilQuiet() > 0 ? 1 : QUIET_SHARE);
    }

    private void work(List<Request> served) {
        BiConsumer<@Nullable CompactionReport, @Nullable Throwable> ending = watcher.get();
        Instant startedAt = Instant.now();
        long startedNanos = System.nanoTime();
        Pass pass = new Pass(!served.isEmpty());
        long bytesBefore = diskBytes.getAsLong();
        RuntimeException failure = null;
        try {
            pass.run();
        } catch (KeyValueStoreException e) {
            failure = e;
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it was, those who wait must hear of it, and the next interval tries again.
            failure = new KeyValueStoreException("Compaction failed: " + e, e);
        }
        long nanos = System.nanoTime() - startedNanos;
        totals =
                totals.plus(
                        pass.done > 0,
                        nanos,
                        failure != null && !stopped,
                        pass.relocator.bytesRelocated(),
                        pass.reclaimed());
        CompactionReport report =
                new CompactionReport(
                        startedAt,
                        Duration.ofNanos(nanos),
                        pass.done,
                        pass.relocator.recordsRelocated(),
                        pass.relocator.bytesRelocated(),
                        pass.reclaimed(),
                        bytesBefore,
                        diskBytes.getAsLong());
        boolean wasFull = false;
        // Before those who wait go on, who may look at what was noted.
        ending.accept(stopped ? null : report, stopped ? null : failure);
        lock.lock();
        try {
            if (!served.isEmpty() || pass.done > 0) {
                lastReport = report;
            }
            wasFull = lastFailure instanceof StoreFullException;
            lastFailure = failure;
            progress = null;
            if (stopped) {
                return; // it was cut short, and those who wait find that out
            }
            for (Request request : served) {
                request.ended = true;
                request.report = report;
                request.failure = failure;
            }
            requests.removeAll(served);
            requested = !requests.isEmpty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (failure != null && !stopped) {
            // It is tried again and again while the disk is full, which needs to be said once.
            log(failure, wasFull && failure instanceof StoreFullException);
        }
    }

    /** A log may fail too, for want of a file descriptor, and must not take this thread with it. */
    private static void log(RuntimeException failure, boolean again) {
        try {
            System.Logger.Level level =
                    again ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
            LOGGER.log(level, "Compaction failed.", failure);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e); // whoever asked for the compaction has been told
        }
    }

    private void report(CompactionProgress now) {
        progress = now;
        List<Request> told;
        lock.lock();
        try {
            told = List.copyOf(requests);
        } finally {
            lock.unlock();
        }
        for (Request request : told) {
            try {
                request.listener.accept(now);
            } catch (RuntimeException | Error e) {
                LOGGER.log(System.Logger.Level.WARNING, "A compaction listener failed.", e);
            }
        }
    }

    /** One compaction. */
    private final class Pass {

        private final boolean complete;
        private final RecordRelocator relocator;
        private int done;
        private int planned;
        private long removed;

        Pass(boolean complete) {
            this.complete = complete;
            this.relocator =
                    new RecordRelocator(
                            log,
                            index,
                            writeLock,
                            hashSeed,
                            policy,
                            expired,
                            new RateLimiter(complete ? 0 : options.rateLimitBytesPerSecond()),
                            this::isAwaited,
                            () -> stopped);
        }

        /** Whether somebody waits: who waits for all waits for this, too. */
        private boolean isAwaited() {
            return stopped || requested || log.spaceRequests().isAwaited();
        }

        long reclaimed() {
            return Math.max(0, removed - relocator.bytesRelocated());
        }

        void run() throws IOException {
            log.beginChange();
            if (complete) {
                runComplete();
            } else {
                runInBackground();
            }
            if (!stopped) {
                log.shrink(complete ? KEPT_WHEN_QUIET : KEPT_WHEN_BUSY);
                quietWorkDue |= !complete && done > 0;
            }
        }

        private void runInBackground() throws IOException {
            StoreCorruptedException damage = null;
            while (!stopped && !requested) {
                Optional<Segment> next = nextInBackground();
                if (next.isEmpty()) {
                    break;
                }
                Segment segment = next.get();
                if (segment.state() == Segment.State.TAIL) {
                    log.coldTail().seal(); // it keeps tombstones
                    continue;
                }
                try {
                    if (!empty(segment)) {
                        break;
                    }
                } catch (StoreCorruptedException e) {
                    policy.leaveOut(segment); // the others are compacted all the same
                    damage = e;
                }
            }
            if (damage != null) {
                throw damage;
            }
        }

        private void runComplete() throws IOException {
            sealTails();
            long newestGeneration = log.hotTail().lastGeneration();
            long now = expired.now();
            policy.leaveNoneOut();
            StoreCorruptedException damage = null;
            for (int round = 0; round < MAX_ROUNDS && !stopped; round++) {
                long before = reclaimed();
                List<Segment> segments = policy.allWithGarbage(newestGeneration, now);
                planned += segments.size();
                StoreFullException full = null;
                for (Segment segment : segments) {
                    try {
                        if (!empty(segment)) {
                            return;
                        }
                    } catch (StoreFullException e) {
                        full = e; // another one may need no room, and make some
                    } catch (StoreCorruptedException e) {
                        policy.leaveOut(segment);
                        damage = e;
                    }
                }
                if (full != null && reclaimed() == before) {
                    throw full;
                }
                if (segments.isEmpty() || reclaimed() == before) {
                    break;
                }
            }
            if (damage != null) {
                throw damage;
            }
        }

        /** Ends the segments that are being written, if there is something to reclaim in them. */
        private void sealTails() throws IOException {
            writeLock.lock();
            try {
                Segment hot = log.hotTail().segment();
                completeHotSegments(policy.isWorthEnding(hot));
            } finally {
                writeLock.unlock();
            }
            if (policy.isWorthEnding(log.coldTail().segment())) {
                log.coldTail().seal();
            }
        }

        private void completeHotSegments(boolean endTail) {
            try {
                if (endTail) {
                    log.hotTail().seal();
                }
                log.awaitSealed();
            } catch (StoreFullException e) {
                // What is full already can be compacted without it, and makes room.
                LOGGER.log(
                        System.Logger.Level.DEBUG, "The newest segments are left as they are.", e);
            }
        }

        private boolean empty(Segment segment) throws IOException {
            planned = Math.max(planned, done + 1);
            long used = segment.tail();
            report(new CompactionProgress(done, planned, relocator.bytesRelocated(), reclaimed()));
            if (!relocator.empty(segment)) {
                return false;
            }
            removed += used;
            done++;
            report(new CompactionProgress(done, planned, relocator.bytesRelocated(), reclaimed()));
            return true;
        }
    }
}
