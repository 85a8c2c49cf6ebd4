package dev.kvstore.internal.log;

import dev.kvstore.StoreFullException;
import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.RangeChecksum;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * The segment that callers' records are appended to, in the order of their sequence numbers. When
 * it is full it ends with a record that names the generation of the next segment, whose header
 * names it in turn: so recovery sees whether one of the chain is missing.
 *
 * <p><b>Threads:</b> used with the store's write lock held, but for methods that say otherwise.
 */
public final class HotTail {

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

    /** How far before it is written the tail is fetched: what is fetched now must come in time. */
    private static final int TOUCHED_AHEAD_BYTES = 8 * Log.CACHE_LINE_BYTES;

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

    private final LogMonitor monitor;
    private final GroupCommit commit;
    private final SegmentPool pool;
    private final SpaceRequests spaceRequests;
    private final Sealer sealer;
    private final RecordAddress addresses;
    private final LongConsumer publisher;
    private final int segmentSizeBytes;

    /** Where records are made that are written through the file; without room if none are. */
    private final ByteBuffer staging;

    private final RangeChecksum stagingChecksum;

    // Some of these are read without the lock for statistics.
    private Segment tail = Segment.none();
    private RangeChecksum tailChecksum = new RangeChecksum(tail.buffer);
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

    /** The tail that has durable proof of all before it. Used by the compactor's thread alone. */
    private long provenGeneration = -1;

    /**
     * Makes the tail of an open store. {@link #resume} has to follow.
     *
     * @param publisher called after a force and before those who wait for it are told, with the
     *     position up to which everything has become durable
     * @param lastGeneration the highest generation ever given
     * @param forcesEach whether each record is forced soon after it was appended
     */
    HotTail(
            LogMonitor monitor,
            GroupCommit commit,
            SegmentPool pool,
            SpaceRequests spaceRequests,
            Sealer sealer,
            RecordAddress addresses,
            LongConsumer publisher,
            int segmentSizeBytes,
            long lastGeneration,
            boolean forcesEach) {
        this.monitor = monitor;
        this.commit = commit;
        this.pool = pool;
        this.spaceRequests = spaceRequests;
        this.sealer = sealer;
        this.addresses = addresses;
        this.publisher = publisher;
        this.segmentSizeBytes = segmentSizeBytes;
        this.lastGeneration = lastGeneration;
        this.staging =
                ByteBuffer.allocate(forcesEach ? STAGING_BYTES : 0).order(ByteOrder.LITTLE_ENDIAN);
        this.stagingChecksum = new RangeChecksum(staging);
    }

    /** Goes on in the segment that was the tail. Lock not needed: nobody else uses it yet. */
    void resume(Segment segment, long lastHotGeneration, long lastSequence) {
        tail = segment;
        tailChecksum = new RangeChecksum(segment.buffer);
        this.lastHotGeneration = lastHotGeneration;
        this.lastSequence = lastSequence;
        lastMark = segment.tail;
        tailBegunAtNanos = System.nanoTime();
    }

    /** As {@link #resume}, where nothing is appended. */
    void resumeReadOnly(long lastSequence) {
        this.lastSequence = lastSequence;
    }

    /** Passes over so many generations, which are never given then. Lock not needed as before. */
    void skipGenerations(int count) {
        lastGeneration += count;
    }

    /** Returns the segment. Lock not needed: it may be another one at once. */
    public Segment segment() {
        return tail;
    }

    /** Returns the position behind the last record. */
    public long position() {
        return tail.basePosition + tail.tail;
    }

    /** Returns the position behind the last record. Lock not held. */
    public long lockedPosition() {
        return monitor.read(this::position);
    }

    /** Returns the sequence number of the last record. */
    public long lastSequence() {
        return lastSequence;
    }

    /** Returns the generation of the segment that was begun last. Lock not needed. */
    public long lastGeneration() {
        return lastGeneration;
    }

    /** Gives the next generation away. */
    long nextGeneration() {
        lastGeneration = lastGeneration + 1;
        return lastGeneration;
    }

    /** Returns the largest record, or batch of records, that fits a normal segment. */
    public long largestBatchBytes() {
        return segmentSizeBytes - SegmentFormat.HEADER_SIZE_BYTES - 2L * NOTE_ROOM_BYTES;
    }

    /**
     * Has the processor fetch the place of records that are appended soon. A store waits for memory
     * that is not in the cache, and the lock is not given up before the stores under it are done.
     * Lock not needed.
     */
    public void touch() {
        Segment segment = tail; // of any moment
        int ahead = segment.tail + TOUCHED_AHEAD_BYTES;
        if (ahead + Log.TOUCHED_BYTES <= segment.capacityBytes) {
            Log.touch(segment.buffer, ahead);
        }
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

    /**
     * Ends the tail and begins another. If that fails half-way, for want of memory perhaps, nothing
     * may be appended any more: what lies behind the end of a segment is not found again.
     */
    private void roll(Segment next) {
        try {
            rollOrFail(next);
        } catch (RuntimeException | Error e) {
            commit.fail(e);
            throw e;
        }
    }

    private void rollOrFail(Segment next) {
        RangeChecksum nextChecksum = new RangeChecksum(next.buffer);
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
        tailChecksum = nextChecksum;
        onReserve = false;
        lastMark = next.tail;
    }

    /** Ends the tail early, so that what is in it can be compacted. */
    public void seal() {
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

    /**
     * Appends a record to the hot tail. {@link #awaitRoom} must have been called before.
     *
     * <p>The checksum is that of what was written. A caller may have changed his arrays meanwhile
     * against all advice, and would have made a record that is taken for damage else.
     *
     * @return its address; it ends at {@link #position()}
     */
    public long append(int flags, byte[] key, byte[] value, long expiry) {
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
        RangeChecksum checksum = isStaged ? stagingChecksum : tailChecksum;
        RecordFormat.writeHeader(
                buffer,
                offset,
                flags,
                key.length,
                value.length,
                ++lastSequence,
                expiry,
                checksum.of(at, key.length + value.length),
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

    // ------------------------------------------------------- compaction (lock not held)

    /**
     * Leaves proof in the tail, on the disk, that all before it is there, unless there is some
     * already. Recovery needs it where a segment of the chain is missing because compaction retired
     * it, and no later one has a hint.
     */
    public void prove() {
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

    // ------------------------------------------------------- forcing

    /** Returns what is to be forced. */
    GroupCommit.Batch unforced() {
        List<GroupCommit.Range> ranges = new ArrayList<>();
        for (Segment segment : unforced) {
            ranges.add(new GroupCommit.Range(segment, segment.forcedTo, segment.tail));
        }
        if (tail.forcedTo < tail.tail) {
            ranges.add(new GroupCommit.Range(tail, tail.forcedTo, tail.tail));
        }
        return new GroupCommit.Batch(position(), ranges);
    }

    /** Notes what has been forced. */
    void forced(GroupCommit.Batch batch) {
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
