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

    /** A thread may have referred to a mapping when the collector looked. */
    private static final int MAX_RELEASES = 3;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** As many as are taken between two looks at the disk, and one more. */
    private static final long NEARLY_FULL_SEGMENTS = 3;

    /** How old the figure of the free disk may be; asking the system takes microseconds. */
    private static final long FREE_DISK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Storage storage;
    private final SegmentTable segments;
    private final LogMonitor monitor;
    private final Log.Preparation preparation;
    private final Runnable beginChange;
    private final int segmentSizeBytes;
    private final long freeDiskFloorBytes;
    private final ReentrantLock structure = new ReentrantLock();
    private final Thread preparer = new EngineThread("kv-preparer", this::run);

    private final Deque<Segment> free = new ArrayDeque<>();
    private int fullCount; // segments that have ended and were not retired
    private final Deque<Segment> surplus = new ArrayDeque<>(); // whose space is to be given back
    private @Nullable Segment oversized;
    private long oversizedRequest;
    private boolean segmentRequested;
    private boolean belowFloor;
    private int releases; // how often it is worth trying still; guarded by structure
    private boolean vacated; // since the last shrinking; guarded by structure
    private long attemptsBegun;
    private long attemptsEnded;
    private boolean requestedMeanwhile; // since the last attempt began
    private long retryAtNanos;
    private long allocatedBytes; // read without the lock for statistics
    private volatile @Nullable IOException failure;
    private volatile long freeDiskBytes = -1;
    private long freeDiskAtNanos = System.nanoTime() - FREE_DISK_NANOS; // of the preparer's

    SegmentPool(
            Storage storage,
            SegmentTable segments,
            LogMonitor monitor,
            Log.Preparation preparation,
            Runnable beginChange,
            int segmentSizeBytes,
            long freeDiskFloorBytes) {
        this.storage = storage;
        this.segments = segments;
        this.monitor = monitor;
        this.preparation = preparation;
        this.beginChange = beginChange;
        this.segmentSizeBytes = segmentSizeBytes;
        this.freeDiskFloorBytes = freeDiskFloorBytes;
    }

    void start() {
        for (Segment segment : segments.all()) {
            if (segment.state == Segment.State.FREE) {
                addFree(segment); // oversized, if a full disk or a crash kept it from being vacated
            } else if (segment.state == Segment.State.PROVEN) {
                fullCount++;
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

    /** Returns how many bytes of new files were written. */
    long allocatedBytes() {
        return allocatedBytes;
    }

    /** The room on the disk as it was some seconds ago, or -1 if nobody has looked. */
    long freeDiskBytes() {
        return freeDiskBytes;
    }

    // ---------------------------------------------------------------- write lock held

    /** Whether there is a segment for the hot tail to go on in. */
    boolean hasNext() {
        return free.size() > keptForCompaction();
    }

    /** Whether the disk may have no room for another segment above the floor, or has none. */
    boolean isDiskNearlyFull() {
        long free = freeDiskBytes;
        return failure != null
                || (free >= 0
                        && free - freeDiskFloorBytes < NEARLY_FULL_SEGMENTS * segmentSizeBytes);
    }

    /** Takes a segment for the hot tail, or null if there is none. */
    @Nullable Segment takeHot() {
        return hasNext() ? free.poll() : null;
    }

    /**
     * Takes a segment for compaction to copy to or, when there is no room on the disk, for
     * deletions; null if there is none.
     */
    @Nullable Segment takeReserve() {
        return free.poll();
    }

    /**
     * Takes a segment of just that size, or null if there is none. One that is larger was made for
     * somebody else, and would be kept as it is as long as its record lives.
     */
    @Nullable Segment takeOversized(long fileSizeBytes) {
        Segment segment = oversized;
        if (segment == null || segment.capacityBytes != fileSizeBytes) {
            return null;
        }
        oversized = null;
        return segment;
    }

    /** Whether there are segments whose space is to be given back. */
    boolean hasSurplus() {
        return !surplus.isEmpty();
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
     * @param spaceSaving whether it helps to free space: then the floor does not count
     * @throws StoreFullException if it could not be made
     */
    void request(long oversizedBytes, boolean spaceSaving) {
        segmentRequested = true;
        belowFloor |= spaceSaving;
        oversizedRequest = Math.max(oversizedRequest, oversizedBytes);
        requestedMeanwhile = true;
        retryAtNanos = System.nanoTime();
        // One that is under way does not count: it may fail for want of room that was made since.
        long attempt = attemptsBegun + 1;
        monitor.signalAll();
        // Compaction may free one first: then there is nothing to wait for any more.
        while (attemptsEnded < attempt && isSegmentWanted(oversizedBytes)) {
            monitor.awaitChange();
        }
        IOException reason = failure;
        if (attemptsEnded >= attempt && reason != null && isSegmentWanted(oversizedBytes)) {
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

    /** Counts a segment that has ended. */
    void ended() {
        fullCount++;
    }

    /** Only segments of the usual size are written again: of others not all can be addressed. */
    private void addFree(Segment segment) {
        (segment.capacityBytes == segmentSizeBytes ? free : surplus).add(segment);
    }

    /** A full disk must not keep compaction from copying what is left of a segment. */
    private int keptForCompaction() {
        return fullCount > 0 ? 1 : 0;
    }

    private boolean isSegmentWanted(long oversizedBytes) {
        if (oversizedBytes > 0) {
            return oversized == null || oversized.capacityBytes != oversizedBytes;
        }
        return free.size() < keptForCompaction() + (segmentRequested ? 1 : 0);
    }

    // ---------------------------------------------------------------- write lock not held

    /** Takes back a segment whose life has ended. */
    void retired(Segment segment) throws IOException {
        monitor.change(
                () -> {
                    fullCount--;
                    addFree(segment);
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
            monitor.change(() -> fullCount--);
        } catch (IOException e) {
            if (segments.find(segment.id) != segment) {
                // Its end may not be on the disk, and a tombstone might go on the belief.
                monitor.fail(e);
            }
            throw e;
        } finally {
            structure.unlock();
        }
    }

    /** Gives the space of free segments back, but for some. */
    void shrink(int keep) throws IOException {
        if (monitor.read(() -> isMoreThan(keep))) {
            beginChange.run();
            monitor.change(
                    () -> {
                        while (free.size() > keep) {
                            surplus.add(free.removeLast());
                        }
                    });
            vacateSurplus();
        }
        structure.lock();
        try {
            while (monitor.read(segments::dropLastIfVacant)) {
                inStoreFile(segments::demandNoMore);
                segments.deleteDropped();
            }
            if (vacated) {
                // As long as compaction went on it could refer to what was given up, and whoever
                // tried to have the space back meanwhile did so in vain.
                vacated = false;
                releases = MAX_RELEASES;
            }
        } finally {
            structure.unlock();
        }
    }

    /** Whether there is something to give back. */
    private boolean isMoreThan(int keep) {
        return free.size() > keep || !surplus.isEmpty() || segments.isLastVacant();
    }

    /** What cannot be given back now, since the disk is too full for the change, is next time. */
    private void vacateSurplus() throws IOException {
        structure.lock();
        try {
            Segment segment = monitor.read(surplus::peek);
            while (segment != null && hasSpareInTheEnd()) {
                vacate(segment);
                segment = monitor.read(surplus::peek);
            }
            segments.hasSpare(); // for the next time, out of what was given back
        } finally {
            keepWhatIsLeft();
            structure.unlock();
        }
    }

    private boolean hasSpareInTheEnd() {
        while (!segments.hasSpare()) {
            if (!hasReleased()) {
                return false;
            }
        }
        return true;
    }

    /** Has space come back that was given up, if there may be some; guarded by structure. */
    private boolean hasReleased() {
        if (releases == 0) {
            return false;
        }
        releases--;
        storage.releaseMappings();
        return true;
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
        releases = MAX_RELEASES;
        vacated = true;
        segments.endVacating(segment);
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

    /** Whatever ends this thread ends writing too, so that nobody waits for it. */
    private void run() {
        try {
            prepare();
        } catch (RuntimeException | Error e) {
            monitor.fail(e);
            monitor.change(() -> {}); // those who wait find the failure
            throw e;
        }
    }

    private void prepare() {
        ReentrantLock lock = monitor.lock();
        while (true) {
            lookAtFreeDisk();
            long oversizedBytes;
            boolean segment;
            long floor;
            lock.lock();
            try {
                while (!monitor.isStopped() && !isDue() && !isFreeDiskDue()) {
                    monitor.awaitChange(LOOK_MILLIS);
                }
                if (monitor.isStopped()) {
                    return;
                }
                if (!isDue()) {
                    continue;
                }
                oversizedBytes = oversizedRequest;
                oversizedRequest = 0; // who asks from here on gets an attempt of his own
                segment = oversizedBytes > 0 ? free.isEmpty() : isSegmentWanted(0);
                floor = belowFloor ? 0 : freeDiskFloorBytes;
                belowFloor = false;
                requestedMeanwhile = false;
                attemptsBegun++;
            } finally {
                lock.unlock();
            }
            prepareOnce(oversizedBytes, segment, floor);
        }
    }

    private boolean isFreeDiskDue() {
        return System.nanoTime() - freeDiskAtNanos >= FREE_DISK_NANOS;
    }

    /** For those who ask how the store is and must not wait for the disk to hear it. */
    private void lookAtFreeDisk() {
        if (isFreeDiskDue()) {
            try {
                freeDiskBytes = storage.usableBytes();
            } catch (IOException | RuntimeException | Error e) {
                freeDiskBytes = -1; // an allocation would fail for the same reason, and says so
            }
            freeDiskAtNanos = System.nanoTime();
        }
    }

    private boolean isDue() {
        boolean wanted =
                oversizedRequest > 0
                        || isSegmentWanted(0)
                        || preparation.isWanted()
                        || failure != null; // to forget it, if nothing is wanted any more
        return wanted && System.nanoTime() - retryAtNanos >= 0;
    }

    private void prepareOnce(long oversizedBytes, boolean segment, long floor) {
        IOException reason = null;
        try {
            if (segment) {
                // First: a large record must not take the room that compaction needs.
                allocate(segmentSizeBytes, floor);
            }
            if (oversizedBytes > 0) {
                allocate(oversizedBytes, floor);
            }
        } catch (IOException e) {
            reason = e;
        } catch (RuntimeException | Error e) {
            reason = new IOException(e.toString(), e);
        }
        boolean prepared = prepareWhatElse();
        IOException outcome = reason;
        monitor.change(
                () -> {
                    // Tried again until there is room.
                    segmentRequested = outcome != null || requestedMeanwhile && !hasNext();
                    failure = outcome;
                    boolean again = requestedMeanwhile || outcome == null && prepared;
                    retryAtNanos = System.nanoTime() + (again ? 0 : RETRY_NANOS);
                    attemptsEnded++;
                });
    }

    /**
     * If that fails, who needs it tries by himself and hears of it; segments do not depend on it.
     */
    private boolean prepareWhatElse() {
        try {
            if (preparation.isWanted()) {
                preparation.prepare();
            }
            return true;
        } catch (IOException | RuntimeException | Error e) {
            System.getLogger("dev.kvstore")
                    .log(System.Logger.Level.DEBUG, "The index could not grow ahead.", e);
            return false;
        }
    }

    private void allocate(long sizeBytes, long floor) throws IOException {
        structure.lock();
        try {
            boolean allocated = false;
            while (!allocated) {
                try {
                    allocateAbove(sizeBytes, floor);
                    allocated = true;
                } catch (IOException e) {
                    if (!hasReleased()) {
                        throw e;
                    }
                }
            }
        } finally {
            structure.unlock();
        }
    }

    private void allocateAbove(long sizeBytes, long floor) throws IOException {
        long usable = storage.usableBytes();
        freeDiskBytes = usable;
        if (usable - sizeBytes < floor) {
            throw new IOException(
                    "No space left above the floor: "
                            + usable
                            + " bytes are free, a segment takes "
                            + sizeBytes
                            + ", and "
                            + floor
                            + " are to stay free");
        }
        beginChange.run();
        int id = segments.vacantId();
        Segment vacant = segments.find(id);
        Segment made = segments.allocate(id, sizeBytes);
        inStoreFile(() -> segments.demand(id));
        monitor.change(
                () -> {
                    allocatedBytes += sizeBytes;
                    segments.put(made);
                    if (made.capacityBytes == segmentSizeBytes) {
                        free.add(made);
                    } else {
                        if (oversized != null) {
                            surplus.add(oversized); // nobody took it
                        }
                        oversized = made;
                    }
                });
        segments.hasSpare();
        if (vacant != null) {
            vacant.unmap(); // else it would keep the file's space, once that is given back
        }
    }
}
