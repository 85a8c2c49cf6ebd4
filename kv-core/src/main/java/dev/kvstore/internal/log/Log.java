package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The records of a store, in the order they were written.
 *
 * <p><b>Threads:</b> {@link #segmentOf} and {@link #offsetOf} may be called by anybody. Methods
 * that say so need the store's write lock. Two threads of the log's own work behind it: the
 * preparer, in {@link SegmentPool}, and the sealer, in {@link Sealer}.
 */
public final class Log {

    /*
     * Two tails
     * ---------
     * Callers' records are appended to one segment, the hot tail, in the order of their sequence
     * numbers; compaction copies to another one, the cold tail. The next segment is ready before it
     * is needed: its file, its size and its name are durable, and every byte of it has its place on
     * the disk, so that storing into its memory cannot fail.
     *
     * What recovery may conclude
     * --------------------------
     *  - A segment with a hint is on the disk whole, and so is every hot one before it, because the
     *    sealer forces them in order and writes the hint afterwards.
     *  - A mark says up to which offset of its segment everything was on the disk; that the segment's
     *    own beginning was, means that everything before the segment was.
     *  - Behind the last hint and the last mark, what is on the disk is a matter of luck: there the
     *    log ends at the first record that is not whole.
     * At most nine hot segments are without a hint: the tail, and those that the sealer has not yet
     * come to. When there are more, writers wait for it.
     */

    static final int CACHE_LINE_BYTES = 64;

    /** What is longer than this the processor fetches by itself once it is read. */
    static final int TOUCHED_BYTES = 3 * CACHE_LINE_BYTES;

    /**
     * Something besides segments that is to be made ready ahead of its use, and that vouches for
     * the log as long as neither is changed.
     */
    public interface Preparation {
        /** Whether there is something to do. */
        boolean isWanted();

        /** Does it. */
        void prepare() throws IOException;

        /** Has it no longer vouch for anything, durably. */
        void beginChange() throws IOException;
    }

    private final Storage storage;
    private final StoreFile storeFile;
    private final SegmentTable segments;
    private final RecordAddress addresses;
    private final LogMonitor monitor;
    private final GroupCommit commit;
    private final Preparation preparation;
    private final SegmentPool pool;
    private final SpaceRequests spaceRequests;
    private final Sealer sealer;
    private final HotTail hotTail;
    private final ColdTail coldTail;

    /** Shared by those who need the segments to stay, and held alone while one is retired. */
    private final ReentrantReadWriteLock retirement = new ReentrantReadWriteLock();

    /**
     * Makes the log of an open store.
     *
     * @param publisher called with the write lock held after a force and before those who wait for
     *     it are told, with the position up to which everything has become durable
     * @param hashAt hashes the key of the record at an address
     * @param forcesEach whether each record is forced soon after it was appended
     */
    public Log(
            Storage storage,
            StoreFile storeFile,
            SegmentTable segments,
            ReentrantLock writeLock,
            LongConsumer publisher,
            Preparation preparation,
            LongUnaryOperator hashAt,
            long freeDiskFloorBytes,
            boolean forcesEach) {
        this.storage = storage;
        this.storeFile = storeFile;
        this.segments = segments;
        this.addresses = segments.addresses();
        this.preparation = preparation;
        int segmentSizeBytes = (int) storeFile.segmentSizeBytes();
        this.commit = new GroupCommit(writeLock, new UnforcedTail());
        this.monitor = new LogMonitor(writeLock, commit);
        this.pool =
                new SegmentPool(
                        storage,
                        segments,
                        monitor,
                        preparation,
                        this::beginChange,
                        segmentSizeBytes,
                        freeDiskFloorBytes);
        this.spaceRequests = new SpaceRequests(monitor);
        this.sealer =
                new Sealer(storage, storeFile.storeId(), addresses, monitor, commit, pool, hashAt);
        this.hotTail =
                new HotTail(
                        monitor,
                        commit,
                        pool,
                        spaceRequests,
                        sealer,
                        addresses,
                        publisher,
                        segmentSizeBytes,
                        lastGeneration(),
                        forcesEach);
        this.coldTail =
                new ColdTail(
                        monitor,
                        commit,
                        pool,
                        sealer,
                        addresses,
                        segmentSizeBytes,
                        hotTail::nextGeneration,
                        forcesEach);
    }

    private long lastGeneration() {
        long last = storeFile.notedGeneration();
        for (Segment segment : segments.all()) {
            last = Math.max(last, segment.generation());
        }
        return last;
    }

    // ---------------------------------------------------------------- reading

    /** Returns the segment of an address, or null if there is none such. */
    public @Nullable Segment segmentOf(long address) {
        return segments.find(addresses.segmentId(address));
    }

    /** Returns the offset of an address in its segment. */
    public int offsetOf(long address) {
        return addresses.offset(address);
    }

    /** Has the processor fetch the record at an address, if any. Does not wait for it. */
    public void touch(long address) {
        Segment segment = address == 0 ? null : segmentOf(address);
        int offset = addresses.offset(address);
        if (segment != null && segment.capacityBytes - offset > TOUCHED_BYTES) {
            touch(segment.buffer, offset);
        }
    }

    static void touch(ByteBuffer buffer, int offset) {
        byte sum = 0;
        for (int at = 0; at < TOUCHED_BYTES; at += CACHE_LINE_BYTES) {
            sum += buffer.get(offset + at);
        }
        if (sum == 1) {
            Thread.onSpinWait(); // a use of what was loaded, or the compiler leaves it out
        }
    }

    /** Returns how records are addressed. */
    public RecordAddress addresses() {
        return addresses;
    }

    /** Returns all segments. */
    public SegmentTable segments() {
        return segments;
    }

    /** Returns what makes the log durable. */
    public GroupCommit commit() {
        return commit;
    }

    /** Returns the segment that compaction copies to. */
    public ColdTail coldTail() {
        return coldTail;
    }

    /** Returns how deletions ask compaction for room. */
    public SpaceRequests spaceRequests() {
        return spaceRequests;
    }

    /** Returns the segment that callers' records are appended to. */
    public HotTail hotTail() {
        return hotTail;
    }

    /** Returns why the last allocation of a segment failed, or null if it did not. */
    public @Nullable IOException allocationFailure() {
        return pool.failure();
    }

    /** Returns why writes are refused now or soon, or null if they are not. */
    public @Nullable IOException refusal() {
        IOException reason = pool.failure();
        return reason != null ? reason : sealer.postponement();
    }

    /** Returns how many bytes of hints were written. */
    public long hintBytes() {
        return sealer.hintBytes();
    }

    /** Returns how many bytes of new segments were written. */
    public long allocatedBytes() {
        return pool.allocatedBytes();
    }

    /** The room on the disk as it was some seconds ago, or -1 if nobody has looked. */
    public long freeDiskBytes() {
        return pool.freeDiskBytes();
    }

    /**
     * Returns the lock that keeps compaction from retiring a segment, and the store from being
     * closed, for as long as it is held. Shared; taken before any other lock.
     */
    public Lock keepingSegments() {
        return retirement.readLock();
    }

    /** Takes an image of the log as it is now. Write lock not held, segments kept. */
    public LogImage image() {
        return monitor.read(segments::image);
    }

    /** Returns the lock that waits for all who hold {@link #keepingSegments()}. */
    public Lock afterKeepers() {
        return retirement.writeLock();
    }

    // ---------------------------------------------------------------- starting and stopping

    /**
     * Takes the log up where it ended. Write lock not needed: nobody else has a reference yet.
     *
     * @param lastSequence the highest sequence number ever given
     * @param clean whether the store was closed properly before
     */
    public void start(long lastSequence, boolean clean) {
        Segment tail = Segment.none();
        long lastHotGeneration = 0;
        for (Segment segment : segments.all()) {
            if (segment.kind == Segment.Kind.HOT) {
                lastHotGeneration = Math.max(lastHotGeneration, segment.generation());
            }
            if (segment.state == Segment.State.TAIL && segment.kind == Segment.Kind.HOT) {
                tail = segment;
            } else if (segment.state == Segment.State.TAIL) {
                coldTail.resume(segment);
            }
        }
        hotTail.resume(tail, lastHotGeneration, lastSequence);
        if (!clean) {
            // A power cut may have taken the header of a segment and left its records. Were its
            // generation given again, and the segment taken again, they would pass for records of
            // its new life; the jump is random because the same may happen again.
            hotTail.skipGenerations(1 + ThreadLocalRandom.current().nextInt(1 << 30));
        }
        pool.start();
        sealer.start();
    }

    /** Tells the log of a store opened read-only the highest sequence number ever given. */
    public void startReadOnly(long lastSequence) {
        hotTail.resumeReadOnly(lastSequence);
    }

    /** Sets what to call after a segment was sealed and proven. */
    public void onSealed(Runnable listener) {
        sealer.onSealed(listener);
    }

    /** Lets the sealer finish what is sealed and ends the log's threads. */
    public void stop() {
        monitor.stop();
        pool.join();
        sealer.join();
    }

    /**
     * Makes sure that the next open does not take log and index as the last close left them. To be
     * called by whoever is about to change a file, before.
     *
     * @throws dev.kvstore.StoreFailedException if that is not certain
     */
    public void beginChange() {
        try {
            preparation.beginChange();
        } catch (IOException | RuntimeException | Error e) {
            commit.fail(e);
        }
        commit.throwIfFailed();
    }

    // ---------------------------------------------------------------- write lock held

    /** Waits until the segments that are full now are proven. */
    public void awaitSealed() {
        sealer.awaitQueued();
    }

    /** Counts a record as obsolete: the index points to it no more. */
    public void obsolete(long address) {
        Segment segment = segments.get(addresses.segmentId(address));
        segment.addDead(RecordFormat.size(segment.buffer, addresses.offset(address)));
    }

    // ---------------------------------------------------------------- write lock not held

    /**
     * Notes in the store file, durably, how far the tails are on the disk. What is behind the last
     * mark of a tail could else pass for an unfinished write if it were damaged: after a close
     * there is no reason for that any more, and copies may be all there is once an original goes.
     */
    public void noteEnds() throws IOException {
        StoreFile.End hot = monitor.read(() -> StoreFile.End.of(hotTail.segment()));
        commit.throwIfFailed();
        try {
            storeFile.setEnds(hot, StoreFile.End.of(coldTail.segment()));
        } catch (IOException e) {
            commit.fail(e);
            throw e;
        }
    }

    /**
     * Ends the life of a segment that nothing refers to any more, durably, and makes it free. The
     * caller has made sure that the copies of its records are on the disk, and so is every newer
     * version that made the others obsolete.
     */
    public void retire(Segment segment) throws IOException {
        retirement.writeLock().lock();
        try {
            endLife(segment);
        } finally {
            retirement.writeLock().unlock();
        }
    }

    private void endLife(Segment segment) throws IOException {
        coldTail.forget(segment);
        if (segment.liveBytes != 0) {
            throw new IllegalStateException(
                    "Segment " + segment.id + " still has " + segment.liveBytes + " live bytes.");
        }
        // If we crash before this is on the disk, the segment is found as it was: all it holds is
        // obsolete by sequence, and is so on the disk. A tombstone goes only after this.
        if (segments.isShared(segment)) {
            pool.replace(segment);
            return;
        }
        try {
            segment.end();
        } catch (IOException e) {
            // Whether it is free on the disk is unknown now, and a tombstone might go on the
            // belief.
            commit.fail(e);
            throw e;
        }
        Hint.forget(storage, segment.id);
        pool.retired(segment);
    }

    /** Whether there are segments whose space is given back at the next opportunity. */
    public boolean hasSurplus() {
        return monitor.read(pool::hasSurplus);
    }

    /** Gives the space of free segments back, but for some. */
    public void shrink(int keep) throws IOException {
        pool.shrink(keep);
    }

    /** What there is to force. It is made before the tail, which needs what forces. */
    private final class UnforcedTail implements GroupCommit.Tail {

        @Override
        public GroupCommit.Batch unforced() {
            return hotTail.unforced();
        }

        @Override
        public void forced(GroupCommit.Batch batch) {
            hotTail.forced(batch);
        }
    }
}
