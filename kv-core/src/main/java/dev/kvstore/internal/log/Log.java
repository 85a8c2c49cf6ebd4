package dev.kvstore.internal.log;

import dev.kvstore.StoreFullException;
import dev.kvstore.internal.storage.EngineThread;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The records of a store, in the order they were written.
 *
 * <p><b>Threads:</b> {@link #segmentOf} and {@link #offsetOf} may be called by anybody. Methods
 * that say so need the store's write lock. Two threads of the log's own work behind it: the
 * preparer allocates segments before they are needed, the sealer forces full ones and writes their
 * hints.
 *
 * <p><b>Invariants:</b>
 *
 * <ul>
 *   <li>There is one hot tail. Bytes are appended to it alone, in the order of sequence numbers.
 *   <li>A hot segment ends with a record that names the generation of the next, so that the chain
 *       shows whether one is missing.
 *   <li>A segment's hint is written after the segment, and all hot ones before it, are on the disk.
 *   <li>A segment is begun only after its file, its size and its name are durable.
 * </ul>
 */
public final class Log {

    /** How many sealed segments may wait for their hints before writers wait for the disk. */
    private static final int MAX_UNPROVEN = 8;

    /** Room at the end of the tail that only deletions may use while there is no next segment. */
    private static final int DELETION_ROOM_BYTES = 64 << 10;

    /** How far apart marks are at least, so that they cost less than one per cent. */
    private static final int MARK_DISTANCE_BYTES = 4096;

    private static final int END_ROOM_BYTES = RecordFormat.NOTE_RECORD_SIZE_BYTES;

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    /** Something besides segments that is to be made ready ahead of its use. */
    public interface Preparation {
        /** Whether there is something to do. */
        boolean isWanted();

        /** Does it. */
        void prepare() throws IOException;
    }

    private final Storage storage;
    private final StoreFile storeFile;
    private final SegmentTable segments;
    private final RecordAddress addresses;
    private final ReentrantLock writeLock;
    private final Condition changed;
    private final GroupCommit commit;
    private final LongConsumer publisher;
    private final Preparation preparation;
    private final LongUnaryOperator hashAt;
    private final long freeDiskFloorBytes;
    private final int segmentSizeBytes;

    /**
     * Held while a segment file is made, given back or removed, so that its id is not taken twice.
     * Taken before the write lock.
     */
    private final ReentrantLock structure = new ReentrantLock();

    // Guarded by the write lock.
    private Segment tail;
    private Segment coldTail;
    private long lastSequence;
    private long lastGeneration;
    private long lastHotGeneration;
    private int lastMark;
    private final Deque<Segment> free = new ArrayDeque<>();
    private final Deque<Segment> unforced = new ArrayDeque<>();
    private final Deque<Sealed> sealed = new ArrayDeque<>();
    private int provenCount;
    private long oversizedRequest;
    private @Nullable Segment oversized;
    private boolean segmentRequested;
    private long attempts;
    private @Nullable IOException allocationFailure;
    private long retryAtNanos;
    private boolean stopped;
    private int openBatch = -1;

    private final List<Thread> threads = new ArrayList<>();
    private Runnable sealListener = () -> {};

    private record Sealed(Segment segment, long endPosition) {}

    /** Where a record was put, and where the log ended then. */
    public record Appended(long address, long endPosition, int size) {}

    /**
     * Makes the log of an open store.
     *
     * @param publisher called with the write lock held after a force and before those who wait for
     *     it are told, with the position up to which everything has become durable
     * @param hashAt hashes the key of the record at an address
     */
    public Log(
            Storage storage,
            StoreFile storeFile,
            SegmentTable segments,
            ReentrantLock writeLock,
            LongConsumer publisher,
            Preparation preparation,
            LongUnaryOperator hashAt,
            long freeDiskFloorBytes) {
        this.storage = storage;
        this.storeFile = storeFile;
        this.segments = segments;
        this.addresses = segments.addresses();
        this.writeLock = writeLock;
        this.changed = writeLock.newCondition();
        this.publisher = publisher;
        this.preparation = preparation;
        this.hashAt = hashAt;
        this.freeDiskFloorBytes = freeDiskFloorBytes;
        this.segmentSizeBytes = (int) storeFile.segmentSizeBytes();
        this.commit = new GroupCommit(writeLock, new UnforcedTail());
        this.tail = Segment.none();
        this.coldTail = tail;
    }

    // ---------------------------------------------------------------- reading

    /** Returns the segment of an address, or null if there is none such. */
    public @Nullable Segment segmentOf(long address) {
        int id = addresses.segmentId(address);
        return id < segments.count() ? segments.get(id) : null;
    }

    /** Returns the offset of an address in its segment. */
    public int offsetOf(long address) {
        return addresses.offset(address);
    }

    /** Reads something of the record at an address, to have it in the cache. */
    public void touch(long address) {
        Segment segment = address == 0 ? null : segmentOf(address);
        int offset = addresses.offset(address);
        if (segment != null
                && segment.capacityBytes - offset >= RecordFormat.HEADER_SIZE_BYTES
                && RecordFormat.keySize(segment.buffer, offset) < 0) {
            throw new AssertionError("A size is never negative."); // keeps the load alive
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

    // ---------------------------------------------------------------- starting and stopping

    /**
     * Takes the log up where it ended. Write lock not needed: nobody else has a reference yet.
     *
     * @param lastSequence the highest sequence number ever given
     */
    public void start(long lastSequence) {
        this.lastSequence = lastSequence;
        for (Segment segment : segments.all()) {
            lastGeneration = Math.max(lastGeneration, segment.generation());
            if (segment.kind == Segment.Kind.HOT) {
                lastHotGeneration = Math.max(lastHotGeneration, segment.generation());
            }
            if (segment.state == Segment.State.FREE) {
                free.add(segment);
            } else if (segment.state == Segment.State.PROVEN) {
                provenCount++;
            } else if (segment.state == Segment.State.TAIL) {
                if (segment.kind == Segment.Kind.HOT) {
                    tail = segment;
                } else {
                    coldTail = segment;
                }
            }
        }
        lastMark = tail.tail;
        startThread("kv-preparer", this::prepare);
        startThread("kv-sealer", this::seal);
    }

    private void startThread(String name, Runnable task) {
        Thread thread = new EngineThread(name, task);
        threads.add(thread);
        thread.start();
    }

    /** Sets what to call after a segment was sealed and proven. */
    public void onSealed(Runnable listener) {
        this.sealListener = listener;
    }

    /** Lets the sealer finish what is sealed and ends the log's threads. */
    public void stop() {
        writeLock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            writeLock.unlock();
        }
        threads.forEach(EngineThread::joinUninterruptibly);
    }

    /** Gives the mappings up. */
    public void close() {
        segments.close();
    }

    // ---------------------------------------------------------------- appending (write lock held)

    /** Returns the position behind the last record. Write lock held. */
    public long position() {
        return tail.basePosition + tail.tail;
    }

    /** Returns the sequence number of the last record. */
    public long lastSequence() {
        return lastSequence;
    }

    /** Returns the generation of the segment that was begun last. */
    public long lastGeneration() {
        return lastGeneration;
    }

    /** Returns the largest record, or batch of records, that fits a normal segment. */
    public long largestBatchBytes() {
        return segmentSizeBytes
                - SegmentFormat.HEADER_SIZE_BYTES
                - 2L * RecordFormat.NOTE_RECORD_SIZE_BYTES;
    }

    /**
     * Makes sure that records of so many bytes fit the tail, in one piece. Write lock held; it may
     * be given up and taken again, so the caller decides anything only afterwards.
     *
     * @param spaceSaving whether the record helps to free space, and so may use what is kept for
     *     that
     * @throws StoreFullException if there is no room and none can be made
     */
    public void awaitRoom(long sizeBytes, boolean spaceSaving) {
        boolean large = sizeBytes > largestBatchBytes();
        while (!fits(sizeBytes, spaceSaving)) {
            if (sealed.size() >= MAX_UNPROVEN) {
                awaitChange();
                continue;
            }
            Segment next = large ? takeOversized(sizeBytes) : takeHot(spaceSaving);
            if (next != null) {
                roll(next);
            } else {
                requestSegment(large ? oversizedFileSize(sizeBytes) : 0);
            }
        }
        if (!segmentRequested && tail.tail > tail.capacityBytes / 2 && !hasNext()) {
            segmentRequested = true;
            changed.signalAll();
        }
    }

    private boolean fits(long sizeBytes, boolean spaceSaving) {
        int kept =
                spaceSaving || hasNext() ? 0 : Math.min(DELETION_ROOM_BYTES, segmentSizeBytes / 16);
        long begin = (long) tail.tail + RecordFormat.NOTE_RECORD_SIZE_BYTES;
        // Only so many offsets can be addressed, also in a segment that is larger than that.
        return begin < segmentSizeBytes
                && begin + sizeBytes + END_ROOM_BYTES + (sizeBytes > largestBatchBytes() ? 0 : kept)
                        <= tail.capacityBytes;
    }

    private boolean hasNext() {
        return free.size() > keptForCompaction();
    }

    /** A full disk must not keep compaction from copying what is left of a segment. */
    private int keptForCompaction() {
        return provenCount > 0 ? 1 : 0;
    }

    private @Nullable Segment takeHot(boolean spaceSaving) {
        return hasNext() || spaceSaving ? free.poll() : null;
    }

    private @Nullable Segment takeOversized(long sizeBytes) {
        Segment segment = oversized;
        if (segment == null || segment.capacityBytes < oversizedFileSize(sizeBytes)) {
            return null;
        }
        oversized = null;
        return segment;
    }

    private static long oversizedFileSize(long sizeBytes) {
        long size =
                SegmentFormat.HEADER_SIZE_BYTES
                        + 2L * RecordFormat.NOTE_RECORD_SIZE_BYTES
                        + sizeBytes;
        return (size + 4095) & -4096L;
    }

    /** Asks the preparer for a segment and waits until it has tried. */
    private void requestSegment(long oversizedBytes) {
        segmentRequested = true;
        oversizedRequest = Math.max(oversizedRequest, oversizedBytes);
        retryAtNanos = System.nanoTime();
        long attempt = attempts;
        changed.signalAll();
        while (attempts == attempt) {
            awaitChange();
        }
        IOException failure = allocationFailure;
        if (failure != null) {
            throw new StoreFullException(
                    "There is no room for another segment in "
                            + storage.directory()
                            + " ("
                            + failure.getMessage()
                            + "). Nothing was written. Delete or compact, or make room on the disk;"
                            + " writes then go on by themselves.",
                    failure);
        }
    }

    private void awaitChange() {
        commit.throwIfFailed();
        if (stopped) {
            throw new dev.kvstore.StoreClosedException("The store has been closed.");
        }
        changed.awaitUninterruptibly();
    }

    /** Ends the tail and begins another. Write lock held. */
    private void roll(Segment next) {
        long generation = lastGeneration + 1;
        long base = position();
        if (tail.state == Segment.State.TAIL) {
            appendNote(RecordFormat.END, generation);
            base = position();
            tail.state = Segment.State.SEALED;
            sealed.add(new Sealed(tail, base));
            unforced.add(tail);
        }
        lastGeneration = generation;
        next.begin(Segment.Kind.HOT, generation, lastHotGeneration);
        lastHotGeneration = generation;
        next.basePosition = base - SegmentFormat.HEADER_SIZE_BYTES;
        tail = next;
        lastMark = next.tail;
        changed.signalAll();
    }

    /** Ends the hot tail early, so that what is in it can be compacted. Write lock held. */
    public void sealHotTail() {
        if (tail.state != Segment.State.TAIL || tail.tail == SegmentFormat.HEADER_SIZE_BYTES) {
            return;
        }
        Segment sealing = tail;
        while (tail == sealing) {
            Segment next = sealed.size() < MAX_UNPROVEN ? takeHot(false) : null;
            if (next != null) {
                roll(next);
            } else if (sealed.size() >= MAX_UNPROVEN) {
                awaitChange();
            } else {
                requestSegment(0);
            }
        }
    }

    /**
     * Appends a record to the hot tail. Write lock held, and {@link #awaitRoom} called before.
     *
     * @param payloadChecksum the checksum of key and value, computed without the lock
     */
    public Appended append(int flags, byte[] key, byte[] value, long expiry, int payloadChecksum) {
        markIfDue();
        int offset = tail.tail;
        int size = (int) RecordFormat.size(flags, key.length, value.length);
        assert offset + size + END_ROOM_BYTES <= tail.capacityBytes;
        ByteBuffer buffer = tail.buffer;
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
        tail.tail = offset + size;
        if (flags == RecordFormat.TOMBSTONE) {
            tail.addTombstone(size, lastGeneration);
        } else {
            tail.addLive(size);
            if (flags == RecordFormat.EXPIRY) {
                tail.expirations.add(expiry, size);
            }
        }
        return new Appended(addresses.of(tail.id, offset), position(), size);
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
        int checksum = dev.kvstore.internal.storage.Crc32c.of(buffer, valueAt, valueSize);
        RecordFormat.writeHeader(
                buffer,
                offset,
                RecordFormat.BATCH,
                0,
                valueSize,
                ++lastSequence,
                0,
                checksum,
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
        writeNote(tail, flags, note, ++lastSequence);
    }

    private static void writeNote(Segment segment, int flags, long note, long sequence) {
        int offset = segment.tail;
        ByteBuffer buffer = segment.buffer;
        int at = offset + RecordFormat.HEADER_SIZE_BYTES;
        buffer.putLong(at, note);
        int checksum = dev.kvstore.internal.storage.Crc32c.of(buffer, at, Long.BYTES);
        RecordFormat.writeHeader(
                buffer,
                offset,
                flags,
                0,
                Long.BYTES,
                sequence,
                0,
                checksum,
                segment.seed(segment.generation()));
        segment.tail = offset + RecordFormat.NOTE_RECORD_SIZE_BYTES;
    }

    /** Counts a record as obsolete: the index points to it no more. Write lock held. */
    public void obsolete(long address) {
        Segment segment = segments.get(addresses.segmentId(address));
        segment.addDead(RecordFormat.size(segment.buffer, addresses.offset(address)));
    }

    // ---------------------------------------------------------------- compaction's side

    /** Whether the segment that compaction copies to has room for a record of some size. */
    public boolean coldTailFits(int sizeBytes) {
        return coldTail.state == Segment.State.TAIL
                && coldTail.tail + sizeBytes + 2 * RecordFormat.NOTE_RECORD_SIZE_BYTES
                        <= coldTail.capacityBytes;
    }

    /** Returns the segment that compaction copies to, with room for a record of some size. */
    public Segment coldTailFor(int sizeBytes) throws IOException {
        if (!coldTailFits(sizeBytes)) {
            sealColdTail();
            beginColdTail();
        }
        return coldTail;
    }

    /** Ends the segment that compaction copies to, durably. Called by compaction. */
    public void sealColdTail() throws IOException {
        Segment segment = coldTail;
        if (segment.state != Segment.State.TAIL) {
            return;
        }
        segment.force(0, segment.tail);
        writeHint(segment);
        writeLock.lock();
        try {
            segment.state = Segment.State.PROVEN;
            provenCount++;
        } finally {
            writeLock.unlock();
        }
    }

    /**
     * Begins a cold segment at a moment when nothing waits to be published. A tombstone names the
     * newest generation at its append, and says by that: only older segments can hold what I
     * remove. Were it appended but not yet published when a cold segment is begun, compaction could
     * still copy what it removes there.
     */
    private void beginColdTail() {
        writeLock.lock();
        try {
            while (free.isEmpty()) {
                requestSegment(0);
            }
        } finally {
            writeLock.unlock();
        }
        commit.runWhenAllIsForced(
                () -> {
                    Segment next = free.poll();
                    if (next != null) {
                        next.begin(Segment.Kind.COLD, ++lastGeneration, 0);
                        coldTail = next;
                    }
                });
        if (coldTail.state != Segment.State.TAIL) {
            beginColdTail(); // somebody else took it
        }
    }

    /**
     * Copies a record whose checksum has been checked to the cold tail. Called by compaction, which
     * alone appends there.
     *
     * @return the address of the copy
     */
    public long relocate(Segment from, int offset, int size, Segment to) {
        int at = to.tail;
        to.buffer.put(at, from.buffer, offset, size);
        // The checksum is seeded with the segment's life: take the one seed out, put the other in.
        int seeds = from.seed(from.generation()) ^ to.seed(to.generation());
        to.buffer.putInt(at, from.buffer.getInt(offset) ^ seeds);
        to.tail = at + size;
        if (RecordFormat.flags(to.buffer, at) == RecordFormat.EXPIRY) {
            to.expirations.add(RecordFormat.expiry(to.buffer, at), size);
        }
        return addresses.of(to.id, at);
    }

    /** Makes the copies in the cold tail durable, and notes there that they are. */
    public void forceColdTail() throws IOException {
        Segment segment = coldTail;
        if (segment.state != Segment.State.TAIL || segment.forcedTo == segment.tail) {
            return;
        }
        int end = segment.tail;
        segment.force(segment.forcedTo, end);
        // The mark must be durable before an original goes: without it a flipped bit among the
        // copies would pass for a torn end, and the copies after it for never written.
        writeNote(segment, RecordFormat.MARK, end, 0);
        segment.force(end, segment.tail);
        segment.forcedTo = segment.tail;
    }

    /**
     * Leaves proof in the hot tail, on the disk, that all before it is there. Recovery needs it
     * where a segment of the chain is missing because compaction retired it, and no later one has a
     * hint. Write lock not held.
     */
    public void proveHotTail() {
        while (true) {
            commit.await(lockedPosition());
            long marked;
            writeLock.lock();
            try {
                awaitRoom(RecordFormat.NOTE_RECORD_SIZE_BYTES, true);
                if (tail.forcedTo < SegmentFormat.HEADER_SIZE_BYTES) {
                    continue; // just begun: what is before it may not be on the disk yet
                }
                lastMark = tail.tail;
                appendNote(RecordFormat.MARK, tail.forcedTo);
                marked = position();
            } finally {
                writeLock.unlock();
            }
            commit.await(marked);
            return;
        }
    }

    /** Returns the position behind the last record. Write lock not needed. */
    public long lockedPosition() {
        writeLock.lock();
        try {
            return position();
        } finally {
            writeLock.unlock();
        }
    }

    /** Returns the segment that compaction copies to; its state tells whether there is one. */
    public Segment coldTail() {
        return coldTail;
    }

    /** Returns the segment that is being written. */
    public Segment hotTail() {
        return tail;
    }

    /**
     * Ends the life of a segment that nothing refers to any more, durably, and makes it free. The
     * caller has made sure that the copies of its records are on the disk, and so is every newer
     * version that made the others obsolete.
     */
    public void retire(Segment segment) throws IOException {
        if (segment.liveBytes != 0) {
            throw new IllegalStateException(
                    "Segment " + segment.id + " still has " + segment.liveBytes + " live bytes.");
        }
        // If we crash before this is on the disk, the segment is found as it was: all it holds is
        // obsolete by sequence, and is so on the disk. A tombstone goes only after this.
        segment.end();
        storage.delete(SegmentFormat.hintName(segment.id));
        writeLock.lock();
        try {
            provenCount--;
            if (segment.capacityBytes == segmentSizeBytes) {
                free.add(segment);
            }
            changed.signalAll();
        } finally {
            writeLock.unlock();
        }
        if (segment.capacityBytes != segmentSizeBytes) {
            vacate(segment);
        }
    }

    /** Gives the space of a segment back that is free and in no list. */
    private void vacate(Segment segment) throws IOException {
        structure.lock();
        try {
            Segment vacant = segments.vacate(segment);
            writeLock.lock();
            try {
                segments.put(vacant);
            } finally {
                writeLock.unlock();
            }
        } finally {
            structure.unlock();
        }
        segment.unmap();
    }

    /** Gives the space of free segments back, but for some. */
    public void shrink(int keep) throws IOException {
        while (true) {
            Segment surplus;
            writeLock.lock();
            try {
                surplus = free.size() > keep ? free.pollLast() : null;
            } finally {
                writeLock.unlock();
            }
            if (surplus == null) {
                break;
            }
            vacate(surplus);
        }
        structure.lock();
        try {
            segments.dropVacantTail(writeLock);
        } finally {
            structure.unlock();
        }
    }

    /** Returns how many free segments there are. */
    public int freeCount() {
        return free.size();
    }

    /** Returns how many segments compaction may take. */
    public int provenCount() {
        return provenCount;
    }

    /** Returns why the last allocation of a segment failed, or null if it did not. */
    public @Nullable IOException allocationFailure() {
        return allocationFailure;
    }

    /** Waits until the sealer has nothing to do. Write lock not held. */
    public void awaitSealed() {
        writeLock.lock();
        try {
            while (!sealed.isEmpty()) {
                awaitChange();
            }
        } finally {
            writeLock.unlock();
        }
    }

    // ---------------------------------------------------------------- the preparer

    private void prepare() {
        while (true) {
            long oversizedBytes;
            boolean segment;
            writeLock.lock();
            try {
                while (!stopped && !isPreparationDue()) {
                    awaitPreparation();
                }
                if (stopped) {
                    changed.signalAll();
                    return;
                }
                oversizedBytes = oversizedRequest;
                segment = isSegmentWanted();
            } finally {
                writeLock.unlock();
            }
            prepareOnce(oversizedBytes, segment);
        }
    }

    private boolean isPreparationDue() {
        boolean due = oversizedRequest > 0 || isSegmentWanted() || preparation.isWanted();
        return due && System.nanoTime() - retryAtNanos >= 0;
    }

    private boolean isSegmentWanted() {
        return free.size() < keptForCompaction() + (segmentRequested ? 1 : 0);
    }

    private void awaitPreparation() {
        try {
            // The index does not signal; looking now and then is enough, as it asks in good time.
            changed.await(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody may interrupt an engine thread.", e);
        }
    }

    private void prepareOnce(long oversizedBytes, boolean segment) {
        IOException failure = null;
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
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new IOException(e);
        }
        writeLock.lock();
        try {
            oversizedRequest = 0;
            segmentRequested = false;
            allocationFailure = failure;
            retryAtNanos = System.nanoTime() + (failure == null ? 0 : 1_000_000_000L);
            attempts++;
            changed.signalAll();
        } finally {
            writeLock.unlock();
        }
    }

    private void allocate(long sizeBytes) throws IOException {
        structure.lock();
        try {
            Segment made = allocateInOrder(sizeBytes);
            writeLock.lock();
            try {
                segments.put(made);
                if (made.capacityBytes == segmentSizeBytes) {
                    free.add(made);
                } else {
                    oversized = made;
                }
            } finally {
                writeLock.unlock();
            }
        } finally {
            structure.unlock();
        }
    }

    private Segment allocateInOrder(long sizeBytes) throws IOException {
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
        int id = segments.count();
        for (Segment segment : segments.all()) {
            if (segment.state == Segment.State.VACANT) {
                id = segment.id;
                break;
            }
        }
        return segments.allocate(id, sizeBytes);
    }

    // ---------------------------------------------------------------- the sealer

    private void seal() {
        while (true) {
            Sealed next;
            writeLock.lock();
            try {
                while (sealed.isEmpty() && !stopped) {
                    changed.awaitUninterruptibly();
                }
                next = sealed.peek();
            } finally {
                writeLock.unlock();
            }
            if (next == null || !sealOne(next)) {
                return;
            }
        }
    }

    private boolean sealOne(Sealed next) {
        try {
            commit.await(next.endPosition());
            writeHint(next.segment());
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.ERROR, "Segment could not be sealed.", e);
            fail(e);
            return false;
        }
        writeLock.lock();
        try {
            sealed.remove();
            next.segment().state = Segment.State.PROVEN;
            provenCount++;
            changed.signalAll();
        } finally {
            writeLock.unlock();
        }
        sealListener.run();
        return true;
    }

    private void fail(Throwable e) {
        commit.fail(e);
        writeLock.lock();
        try {
            changed.signalAll();
        } finally {
            writeLock.unlock();
        }
    }

    private void writeHint(Segment segment) throws IOException {
        Hint.write(
                storage,
                segment,
                storeFile.storeId(),
                offset -> hashAt.applyAsLong(addresses.of(segment.id, offset)));
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
