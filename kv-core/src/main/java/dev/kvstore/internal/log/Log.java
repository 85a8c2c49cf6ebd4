package dev.kvstore.internal.log;

import dev.kvstore.StoreFullException;
import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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
     * One tail
     * --------
     * Callers' records are appended to one segment, the hot tail, in the order of their sequence
     * numbers. When it is full it ends with a record that names the generation of the next segment,
     * whose header names it in turn: so recovery sees whether one of the chain is missing. The next
     * segment is ready before it is needed: its file, its size and its name are durable, and every
     * byte of it has its place on the disk, so that storing into its memory cannot fail.
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

    /**
     * Room at the end of the tail that only deletions may use while there is no next segment. It is
     * half of the tail if there may be no next one: the tombstones that fit there make more than a
     * segment of garbage, unless the values are tiny, and that much compaction can turn into a free
     * segment.
     */
    private static final int DELETION_ROOM_BYTES = 64 << 10;

    /** How far apart marks are at least, so that they cost less than one per cent. */
    private static final int MARK_DISTANCE_BYTES = 4096;

    private static final int NOTE_ROOM_BYTES = RecordFormat.NOTE_RECORD_SIZE_BYTES;

    /**
     * What compaction appends to a tail to prove it: a mark, and one before if it was just begun.
     */
    private static final int PROOF_ROOM_BYTES = 2 * NOTE_ROOM_BYTES;

    /** A tail that is full sooner is followed by one for which half its time may be too short. */
    private static final long FAST_FILL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A longer record is worth its page faults. */
    private static final int STAGING_BYTES = 16 << 10;

    private static final int CACHE_LINE_BYTES = 64;

    /** What is longer than this the processor fetches by itself once it is read. */
    private static final int TOUCHED_BYTES = 3 * CACHE_LINE_BYTES;

    /** How far before it is written the tail is fetched: what is fetched now must come in time. */
    private static final int TOUCHED_AHEAD_BYTES = 8 * CACHE_LINE_BYTES;

    /** What a record is for, and so how much of the last room on a full disk it may take. */
    public enum Purpose {
        /** New data: it leaves what is kept for the others. */
        DATA,
        /**
         * A deletion: it waits for compaction to make room, may use the reserve after that, and
         * leaves what compaction needs to free space.
         */
        DELETION,
        /** A deletion by compaction, which cannot wait for itself. */
        EXPIRATION,
        /** A note of compaction's: it may use all there is. */
        PROOF
    }

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
    private final ColdTail coldTail;
    private final LongConsumer publisher;
    private final int segmentSizeBytes;

    /** Where records are made that are written through the file; without room if none are. */
    private final ByteBuffer staging; // guarded by the write lock

    /** Shared by those who need the segments to stay, and held alone while one is retired. */
    private final ReentrantReadWriteLock retirement = new ReentrantReadWriteLock();

    // Guarded by the write lock; some are read without it for statistics.
    private Segment tail = Segment.none();
    private long lastSequence;
    private volatile long lastGeneration;
    private long lastHotGeneration;
    private int lastMark;
    private int openBatch = -1;
    private long tailBegunAtNanos;
    private boolean filledFast;

    /** Whether the tail is the segment that is kept for what helps to free space. */
    private boolean onReserve;

    private final Deque<Segment> unforced = new ArrayDeque<>();

    /**
     * The hot tail that has durable proof of all before it. Used by the compactor's thread alone.
     */
    private long provenGeneration = -1;

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
        this.publisher = publisher;
        this.preparation = preparation;
        this.segmentSizeBytes = (int) storeFile.segmentSizeBytes();
        this.staging =
                ByteBuffer.allocate(forcesEach ? STAGING_BYTES : 0).order(ByteOrder.LITTLE_ENDIAN);
        for (Segment segment : segments.all()) {
            lastGeneration = Math.max(lastGeneration, segment.generation());
        }
        lastGeneration = Math.max(lastGeneration, storeFile.notedGeneration());
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
        this.coldTail =
                new ColdTail(
                        monitor,
                        commit,
                        pool,
                        sealer,
                        addresses,
                        segmentSizeBytes,
                        this::nextGeneration);
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

    /**
     * Has the processor fetch the place of records that are appended soon. A store waits for memory
     * that is not in the cache, and the lock is not given up before the stores under it are done.
     */
    public void touchTail() {
        Segment segment = tail; // of any moment
        int ahead = segment.tail + TOUCHED_AHEAD_BYTES;
        if (ahead + TOUCHED_BYTES <= segment.capacityBytes) {
            touch(segment.buffer, ahead);
        }
    }

    private static void touch(ByteBuffer buffer, int offset) {
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

    /** Returns the segment that is being written. */
    public Segment hotTail() {
        return tail;
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
        this.lastSequence = lastSequence;
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
        if (!clean) {
            // A power cut may have taken the header of a segment and left its records. Were its
            // generation given again, and the segment taken again, they would pass for records of
            // its new life; the jump is random because the same may happen again.
            lastGeneration += 1 + ThreadLocalRandom.current().nextInt(1 << 30);
        }
        lastMark = tail.tail;
        tailBegunAtNanos = System.nanoTime();
        pool.start();
        sealer.start();
    }

    /** Tells the log of a store opened read-only the highest sequence number ever given. */
    public void startReadOnly(long lastSequence) {
        this.lastSequence = lastSequence;
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

    // ---------------------------------------------------------------- appending (write lock held)

    /** Returns the position behind the last record. Write lock held. */
    public long position() {
        return tail.basePosition + tail.tail;
    }

    /** Returns the position behind the last record. Write lock not needed. */
    public long lockedPosition() {
        return monitor.read(this::position);
    }

    /** Returns the sequence number of the last record. */
    public long lastSequence() {
        return lastSequence;
    }

    /** Returns how many bytes of hints were written. */
    public long hintBytes() {
        return sealer.hintBytes();
    }

    /** Returns how many bytes of new segments were written. */
    public long allocatedBytes() {
        return pool.allocatedBytes();
    }

    /** Returns the generation of the segment that was begun last. */
    public long lastGeneration() {
        return lastGeneration;
    }

    private long nextGeneration() {
        lastGeneration = lastGeneration + 1;
        return lastGeneration;
    }

    /** Returns the largest record, or batch of records, that fits a normal segment. */
    public long largestBatchBytes() {
        return segmentSizeBytes - SegmentFormat.HEADER_SIZE_BYTES - 2L * NOTE_ROOM_BYTES;
    }

    /**
     * Makes sure that records of so many bytes fit the tail, in one piece. Write lock held; it may
     * be given up and taken again, so the caller decides anything only afterwards.
     *
     * <p>What helps to free space may use the room below the floor. If there is none, a deletion
     * asks compaction to make some, and uses the reserve only if that brings nothing.
     *
     * @throws dev.kvstore.StoreFullException if there is no room and none can be made
     */
    public void awaitRoom(long sizeBytes, Purpose purpose) {
        boolean large = sizeBytes > largestBatchBytes();
        boolean mayAsk = purpose == Purpose.DELETION && !large;
        while (!fits(sizeBytes, purpose)) {
            long fileSize = large ? oversizedFileSize(sizeBytes) : 0;
            Segment next =
                    sealer.isBehind()
                            ? null
                            : large ? pool.takeOversized(fileSize) : pool.takeHot();
            if (next != null) {
                roll(next);
            } else if (sealer.isBehind()) {
                sealer.awaitProgress();
            } else {
                boolean spaceSaving = purpose != Purpose.DATA && !large;
                try {
                    pool.request(fileSize, spaceSaving);
                } catch (StoreFullException e) {
                    if (mayAsk) {
                        mayAsk = false;
                        spaceRequests.await(() -> pool.hasNext() || fits(sizeBytes, purpose));
                    } else {
                        useReserve(e, spaceSaving);
                    }
                }
            }
        }
        if (filledFast || tail.tail > tail.capacityBytes / 2) {
            pool.prepareNext();
        }
    }

    private void useReserve(StoreFullException reason, boolean spaceSaving) {
        Segment reserve = spaceSaving && !sealer.isBehind() ? pool.takeReserve() : null;
        if (reserve == null) {
            throw reason;
        }
        roll(reserve);
        onReserve = true;
    }

    private boolean fits(long sizeBytes, Purpose purpose) {
        boolean large = sizeBytes > largestBatchBytes();
        if (onReserve && purpose == Purpose.DATA && !pool.hasNext()) {
            return false;
        }
        int kept = large || pool.hasNext() ? 0 : keptFrom(purpose);
        long begin = (long) tail.tail + NOTE_ROOM_BYTES;
        if (purpose != Purpose.PROOF
                && tail.capacityBytes > segmentSizeBytes
                && (!large || tail.tail > SegmentFormat.HEADER_SIZE_BYTES)) {
            return false; // made for one large record, which is never copied, and for that alone
        }
        return begin + sizeBytes + NOTE_ROOM_BYTES + kept <= tail.capacityBytes;
    }

    private int keptFrom(Purpose purpose) {
        return switch (purpose) {
            case DATA ->
                    pool.isDiskNearlyFull() && tail.tail > SegmentFormat.HEADER_SIZE_BYTES
                            ? segmentSizeBytes / 2
                            : Math.min(DELETION_ROOM_BYTES, segmentSizeBytes / 16);
            case DELETION, EXPIRATION -> PROOF_ROOM_BYTES;
            case PROOF -> 0;
        };
    }

    private static long oversizedFileSize(long sizeBytes) {
        long size =
                SegmentFormat.HEADER_SIZE_BYTES
                        + 2L * NOTE_ROOM_BYTES
                        + PROOF_ROOM_BYTES
                        + sizeBytes;
        return (size + 4095) & -4096L;
    }

    /** Ends the tail and begins another. */
    private void roll(Segment next) {
        long generation = lastGeneration + 1;
        if (tail.state == Segment.State.TAIL) {
            appendNote(RecordFormat.END, generation);
            tail.endWriting();
            tail.noteGap();
            sealer.add(tail, position());
            unforced.add(tail);
        }
        // One of its own, so that who waits for it has the header forced even if no record follows:
        // a close leaves a note of the tail's life.
        long base = position() + 1;
        long now = System.nanoTime();
        filledFast = now - tailBegunAtNanos < FAST_FILL_NANOS;
        tailBegunAtNanos = now;
        lastGeneration = generation;
        next.begin(Segment.Kind.HOT, generation, lastHotGeneration);
        next.basePosition = base - SegmentFormat.HEADER_SIZE_BYTES;
        lastHotGeneration = generation;
        tail = next;
        onReserve = false;
        lastMark = next.tail;
    }

    /** Ends the hot tail early, so that what is in it can be compacted. */
    public void sealHotTail() {
        Segment sealing = tail;
        while (tail == sealing && tail.state == Segment.State.TAIL) {
            Segment next = sealer.isBehind() ? null : pool.takeHot();
            if (next != null) {
                roll(next);
            } else if (sealer.isBehind()) {
                sealer.awaitProgress();
            } else {
                pool.request(0, false);
            }
        }
    }

    /** Waits until all full segments are proven. */
    public void awaitSealed() {
        sealer.awaitIdle();
    }

    /**
     * Appends a record to the hot tail. {@link #awaitRoom} must have been called before.
     *
     * @param payloadChecksum the checksum of key and value, computed without the lock
     * @return its address; it ends at {@link #position()}
     */
    public long append(int flags, byte[] key, byte[] value, long expiry, int payloadChecksum) {
        markIfDue();
        int begin = tail.tail;
        int size = (int) RecordFormat.size(flags, key.length, value.length);
        assert (long) begin + size + NOTE_ROOM_BYTES <= tail.capacityBytes;
        boolean isStaged = isStaged(size);
        ByteBuffer buffer = isStaged ? staging : tail.buffer;
        int offset = isStaged ? 0 : begin;
        int at = offset + RecordFormat.headerSize(flags);
        buffer.put(at, key, 0, key.length);
        buffer.put(at + key.length, value, 0, value.length);
        RecordFormat.writeHeader(
                buffer,
                offset,
                flags,
                key.length,
                value.length,
                ++lastSequence,
                expiry,
                payloadChecksum,
                tail.seed(tail.generation()));
        end(isStaged, size);
        if (flags == RecordFormat.TOMBSTONE) {
            tail.addTombstone(size, lastGeneration);
        } else {
            tail.addLive(size);
            if (flags == RecordFormat.EXPIRY) {
                tail.expirations.add(expiry, size);
            }
        }
        return addresses.of(tail.id, begin);
    }

    /** Whether a record is made outside of the tail's memory first. */
    private boolean isStaged(int sizeBytes) {
        return staging.capacity() >= sizeBytes + RecordFormat.BATCH_HEADER_SIZE_BYTES
                && openBatch < 0;
    }

    /** Ends a record at the end of the tail, with what says that none follows it yet. */
    private void end(boolean isStaged, int sizeBytes) {
        int offset = tail.tail;
        int end = offset + sizeBytes;
        if (isStaged) {
            RecordFormat.writeNoHeader(staging, sizeBytes);
            int behind = Math.min(RecordFormat.BATCH_HEADER_SIZE_BYTES, tail.capacityBytes - end);
            try {
                tail.write(offset, staging.array(), sizeBytes + behind);
            } catch (IOException e) {
                commit.fail(e);
                commit.throwIfFailed();
            }
        }
        VarHandle.releaseFence(); // who sees the new tail without a lock sees the record
        tail.tail = end;
        if (!isStaged) {
            RecordFormat.writeNoHeader(tail.buffer, end);
        }
    }

    /** Begins a batch: what is appended until {@link #endBatch} counts as a whole or not at all. */
    public void beginBatch() {
        markIfDue();
        openBatch = tail.tail;
        tail.tail += RecordFormat.BATCH_HEADER_SIZE_BYTES;
    }

    /** Ends a batch of so many records. Before this none of them can be found by recovery. */
    public void endBatch(int count) {
        int offset = openBatch;
        openBatch = -1;
        ByteBuffer buffer = tail.buffer;
        int valueAt = offset + RecordFormat.HEADER_SIZE_BYTES;
        buffer.putInt(valueAt, count);
        int valueSize = tail.tail - valueAt;
        RecordFormat.writeHeader(
                buffer,
                offset,
                RecordFormat.BATCH,
                0,
                valueSize,
                ++lastSequence,
                0,
                Crc32c.of(buffer, valueAt, valueSize),
                tail.seed(tail.generation()));
    }

    /**
     * Notes how far the tail has been forced: before that point an invalid record is no torn one.
     */
    private void markIfDue() {
        if (openBatch < 0
                && tail.forcedTo > lastMark
                && tail.tail - lastMark >= MARK_DISTANCE_BYTES) {
            lastMark = tail.tail;
            appendNote(RecordFormat.MARK, tail.forcedTo);
        }
    }

    private void appendNote(int flags, long note) {
        boolean isStaged = isStaged(NOTE_ROOM_BYTES);
        RecordFormat.writeNote(
                isStaged ? staging : tail.buffer,
                isStaged ? 0 : tail.tail,
                flags,
                note,
                ++lastSequence,
                tail.seed(tail.generation()));
        end(isStaged, NOTE_ROOM_BYTES);
    }

    /** Appends a note to another segment than the hot tail. */
    static void appendNote(Segment segment, int flags, long note, long sequence) {
        int offset = segment.tail;
        int seed = segment.seed(segment.generation());
        RecordFormat.writeNote(segment.buffer, offset, flags, note, sequence, seed);
        VarHandle.releaseFence(); // who sees the new tail without a lock sees the record
        segment.tail = offset + RecordFormat.NOTE_RECORD_SIZE_BYTES;
        RecordFormat.writeNoHeader(segment.buffer, segment.tail);
    }

    /** Counts a record as obsolete: the index points to it no more. */
    public void obsolete(long address) {
        Segment segment = segments.get(addresses.segmentId(address));
        segment.addDead(RecordFormat.size(segment.buffer, addresses.offset(address)));
    }

    // ------------------------------------------------------- compaction (write lock not held)

    /**
     * Leaves proof in the hot tail, on the disk, that all before it is there, unless there is some
     * already. Recovery needs it where a segment of the chain is missing because compaction retired
     * it, and no later one has a hint.
     */
    public void proveHotTail() {
        if (monitor.read(() -> tail.generation()) == provenGeneration) {
            return; // a tail without room is marked no more often than there is room for
        }
        Mark mark;
        do {
            commit.await(lockedPosition());
            mark = monitor.read(this::markForced);
        } while (!mark.isEnough);
        commit.await(mark.endPosition);
        provenGeneration = mark.generation;
    }

    /** A mark in the hot tail, and whether it says that the beginning of the tail is durable. */
    private record Mark(long generation, long endPosition, boolean isEnough) {}

    private Mark markForced() {
        awaitRoom(NOTE_ROOM_BYTES, Purpose.PROOF);
        // Of a tail that has just been begun nothing was forced, maybe not even what is before it.
        // Then this mark says nothing, but gives the next force something to do.
        boolean enough = tail.forcedTo >= SegmentFormat.HEADER_SIZE_BYTES;
        lastMark = tail.tail;
        appendNote(RecordFormat.MARK, tail.forcedTo);
        return new Mark(tail.generation(), position(), enough);
    }

    /**
     * Notes in the store file, durably, how far the tails are on the disk. What is behind the last
     * mark of a tail could else pass for an unfinished write if it were damaged: after a close
     * there is no reason for that any more, and copies may be all there is once an original goes.
     */
    public void noteEnds() throws IOException {
        StoreFile.End hot = monitor.read(() -> StoreFile.End.of(tail));
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

    private final class UnforcedTail implements GroupCommit.Tail {

        @Override
        public GroupCommit.Batch unforced() {
            List<GroupCommit.Range> ranges = new ArrayList<>();
            for (Segment segment : unforced) {
                ranges.add(new GroupCommit.Range(segment, segment.forcedTo, segment.tail));
            }
            if (tail.forcedTo < tail.tail) {
                ranges.add(new GroupCommit.Range(tail, tail.forcedTo, tail.tail));
            }
            return new GroupCommit.Batch(position(), ranges);
        }

        @Override
        public void forced(GroupCommit.Batch batch) {
            for (GroupCommit.Range range : batch.ranges()) {
                Segment segment = range.segment();
                segment.forcedTo = range.to();
                if (segment.state != Segment.State.TAIL && segment.forcedTo == segment.tail) {
                    unforced.remove(segment);
                }
            }
            publisher.accept(batch.position());
        }
    }
}
