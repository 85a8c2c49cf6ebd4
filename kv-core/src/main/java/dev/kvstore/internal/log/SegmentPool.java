package dev.kvstore.internal.log;

import dev.kvstore.StoreFullException;
import dev.kvstore.internal.storage.EngineThread;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The free segments, and the thread that allocates more before they are needed.
 *
 * <p><b>Threads:</b> guarded by the write lock. Files are made, given back and removed by one
 * thread at a time, which holds the {@link #structure} lock; that one is taken before the write
 * lock.
 */
final class SegmentPool {

    /** The index does not signal; looking now and then is enough, as it asks in good time. */
    private static final long LOOK_MILLIS = 100;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Storage storage;
    private final SegmentTable segments;
    private final LogMonitor monitor;
    private final Log.Preparation preparation;
    private final int segmentSizeBytes;
    private final long freeDiskFloorBytes;
    private final ReentrantLock structure = new ReentrantLock();
    private final Thread preparer = new EngineThread("kv-preparer", this::prepare);

    private final Deque<Segment> free = new ArrayDeque<>();
    private int provenCount;
    private final Deque<Segment> surplus = new ArrayDeque<>(); // whose space is to be given back
    private @Nullable Segment oversized;
    private long oversizedRequest;
    private boolean segmentRequested;
    private long attempts;
    private long retryAtNanos;
    private volatile @Nullable IOException failure;

    SegmentPool(
            Storage storage,
            SegmentTable segments,
            LogMonitor monitor,
            Log.Preparation preparation,
            int segmentSizeBytes,
            long freeDiskFloorBytes) {
        this.storage = storage;
        this.segments = segments;
        this.monitor = monitor;
        this.preparation = preparation;
        this.segmentSizeBytes = segmentSizeBytes;
        this.freeDiskFloorBytes = freeDiskFloorBytes;
    }

    void start() {
        for (Segment segment : segments.all()) {
            if (segment.state == Segment.State.FREE) {
                free.add(segment);
            } else if (segment.state == Segment.State.PROVEN) {
                provenCount++;
            }
        }
        preparer.start();
    }

    void join() {
        EngineThread.joinUninterruptibly(preparer);
    }

    /** Why the last allocation failed, or null if it did not. */
    @Nullable IOException failure() {
        return failure;
    }

    // ---------------------------------------------------------------- write lock held

    /** Whether there is a segment for the hot tail to go on in. */
    boolean hasNext() {
        return free.size() > keptForCompaction();
    }

    /** Takes a segment for the hot tail, or null if there is none. */
    @Nullable Segment takeHot(boolean spaceSaving) {
        return hasNext() || spaceSaving ? free.poll() : null;
    }

    /** Takes a segment for compaction to copy to, or null if there is none. */
    @Nullable Segment takeCold() {
        return free.poll();
    }

    /** Takes a segment that is at least so large, or null if there is none. */
    @Nullable Segment takeOversized(long fileSizeBytes) {
        Segment segment = oversized;
        if (segment == null || segment.capacityBytes < fileSizeBytes) {
            return null;
        }
        oversized = null;
        return segment;
    }

    /** Whether there is neither a free segment nor one to come without asking. */
    boolean isEmpty() {
        return free.isEmpty();
    }

    /** Has the next segment made ready, and does not wait for it. */
    void prepareNext() {
        if (!segmentRequested && !hasNext()) {
            segmentRequested = true;
            monitor.signalAll();
        }
    }

    /**
     * Asks for a segment, and waits until there is one or making one has been tried.
     *
     * @param oversizedBytes how large it has to be, or 0 for the usual size
     * @throws StoreFullException if it could not be made
     */
    void request(long oversizedBytes) {
        segmentRequested = true;
        oversizedRequest = Math.max(oversizedRequest, oversizedBytes);
        retryAtNanos = System.nanoTime();
        long attempt = attempts;
        monitor.signalAll();
        // Compaction may free one first: then there is nothing to wait for any more.
        while (attempts == attempt && isSegmentWanted(oversizedBytes)) {
            monitor.awaitChange();
        }
        IOException reason = failure;
        if (attempts != attempt && reason != null) {
            throw new StoreFullException(
                    "There is no room for another segment in "
                            + storage.directory()
                            + " ("
                            + reason.getMessage()
                            + "). Nothing was written. Delete or compact, or make room on the disk;"
                            + " writes then go on by themselves.",
                    reason);
        }
    }

    void proven() {
        provenCount++;
    }

    /** A full disk must not keep compaction from copying what is left of a segment. */
    private int keptForCompaction() {
        return provenCount > 0 ? 1 : 0;
    }

    private boolean isSegmentWanted(long oversizedBytes) {
        if (oversizedBytes > 0) {
            return oversized == null || oversized.capacityBytes < oversizedBytes;
        }
        return free.size() < keptForCompaction() + (segmentRequested ? 1 : 0);
    }

    // ---------------------------------------------------------------- write lock not held

    /** Takes back a segment whose life has ended. */
    void retired(Segment segment) throws IOException {
        monitor.change(
                () -> {
                    provenCount--;
                    (segment.capacityBytes == segmentSizeBytes ? free : surplus).add(segment);
                });
        vacateSurplus();
    }

    /**
     * Puts a vacant file in the place of a segment whose life has ended and whose file a backup has
     * too: that must not be changed.
     */
    void replace(Segment segment) throws IOException {
        structure.lock();
        try {
            if (!segments.hasSpare()) {
                throw segments.noSpare(segment);
            }
            vacate(segment);
            monitor.change(() -> provenCount--);
        } finally {
            structure.unlock();
        }
    }

    /** Gives the space of free segments back, but for some. */
    void shrink(int keep) throws IOException {
        monitor.change(
                () -> {
                    while (free.size() > keep) {
                        surplus.add(free.removeLast());
                    }
                });
        vacateSurplus();
        structure.lock();
        try {
            while (monitor.read(segments::dropLastIfVacant)) {
                inStoreFile(segments::demandNoMore);
                segments.deleteDropped();
            }
        } finally {
            structure.unlock();
        }
    }

    /** What cannot be given back now, since the disk is too full for the change, is next time. */
    private void vacateSurplus() throws IOException {
        structure.lock();
        try {
            Segment segment = monitor.read(surplus::peek);
            while (segment != null && segments.hasSpare()) {
                vacate(segment);
                segment = monitor.read(surplus::peek);
            }
            segments.hasSpare(); // for the next time, out of what was given back
        } finally {
            keepWhatIsLeft();
            structure.unlock();
        }
    }

    /** A segment of the usual size can be written again instead. */
    private void keepWhatIsLeft() {
        monitor.change(
                () -> {
                    for (Segment segment : List.copyOf(surplus)) {
                        if (segment.capacityBytes == segmentSizeBytes) {
                            surplus.remove(segment);
                            free.add(segment);
                        }
                    }
                });
    }

    private void vacate(Segment segment) throws IOException {
        Segment vacant = segments.vacate(segment);
        monitor.change(
                () -> {
                    surplus.remove(segment);
                    segments.put(vacant);
                });
        segment.unmap();
    }

    private interface StoreFileChange {
        void make() throws IOException;
    }

    /** After a failed force nobody knows which segments the store file demands: stop for good. */
    private void inStoreFile(StoreFileChange change) throws IOException {
        try {
            change.make();
        } catch (IOException e) {
            monitor.fail(e);
            throw e;
        }
    }

    // ---------------------------------------------------------------- the preparer

    private void prepare() {
        ReentrantLock lock = monitor.lock();
        while (true) {
            long oversizedBytes;
            boolean segment;
            lock.lock();
            try {
                while (!monitor.isStopped() && !isDue()) {
                    monitor.awaitChange(LOOK_MILLIS);
                }
                if (monitor.isStopped()) {
                    return;
                }
                oversizedBytes = oversizedRequest;
                segment = isSegmentWanted(0);
            } finally {
                lock.unlock();
            }
            prepareOnce(oversizedBytes, segment);
        }
    }

    private boolean isDue() {
        boolean wanted = oversizedRequest > 0 || isSegmentWanted(0) || preparation.isWanted();
        return wanted && System.nanoTime() - retryAtNanos >= 0;
    }

    private void prepareOnce(long oversizedBytes, boolean segment) {
        IOException reason = null;
        try {
            if (oversizedBytes > 0) {
                allocate(oversizedBytes);
            } else if (segment) {
                allocate(segmentSizeBytes);
            }
            if (preparation.isWanted()) {
                preparation.prepare();
            }
        } catch (IOException e) {
            reason = e;
        } catch (RuntimeException | Error e) {
            reason = new IOException(e.toString(), e);
        }
        IOException outcome = reason;
        monitor.change(
                () -> {
                    oversizedRequest = 0;
                    segmentRequested = outcome != null; // tried again until there is room
                    failure = outcome;
                    retryAtNanos = System.nanoTime() + (outcome == null ? 0 : RETRY_NANOS);
                    attempts++;
                });
    }

    private void allocate(long sizeBytes) throws IOException {
        structure.lock();
        try {
            long usable = storage.usableBytes();
            if (usable - sizeBytes < freeDiskFloorBytes) {
                throw new IOException(
                        "No space left above the floor: "
                                + usable
                                + " bytes are free, a segment takes "
                                + sizeBytes
                                + ", and "
                                + freeDiskFloorBytes
                                + " are to stay free");
            }
            int id = segments.vacantId();
            Segment vacant = segments.find(id);
            Segment made = segments.allocate(id, sizeBytes);
            inStoreFile(() -> segments.demand(id));
            monitor.change(
                    () -> {
                        segments.put(made);
                        if (made.capacityBytes == segmentSizeBytes) {
                            free.add(made);
                        } else {
                            if (oversized != null) {
                                surplus.add(oversized); // nobody took it, and it was too small
                            }
                            oversized = made;
                        }
                    });
            segments.hasSpare();
            if (vacant != null) {
                vacant.unmap(); // else it would keep the file's space, once that is given back
            }
        } finally {
            structure.unlock();
        }
    }
}
