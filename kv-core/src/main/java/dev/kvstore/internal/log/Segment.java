package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.MappedRegion;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A segment file, mapped. A file has many lives: it is filled, emptied by compaction, and filled
 * again. Each life has a generation of its own, higher than any before in the store, which is also
 * the order in which segments were begun.
 *
 * <p><b>Threads:</b> the buffer and the generation are read by anybody; everything else is guarded
 * by the store's write lock, but may be read without it for statistics.
 *
 * <p><b>Invariant:</b> the generation changes before a byte of an earlier life is overwritten. So
 * who reads the generation, then bytes, then the same generation again, has read bytes of that
 * life.
 */
public final class Segment {

    /** What a segment holds. The numbers are on disk and never change. */
    public enum Kind {
        /** Nothing. */
        FREE(0),
        /** Records in the order they were written: part of the log proper. */
        HOT(1),
        /** Copies that compaction made of records that were still needed. */
        COLD(2);

        final int code;

        Kind(int code) {
            this.code = code;
        }

        static Kind ofCode(int code) {
            return code == 1 ? HOT : code == 2 ? COLD : FREE;
        }
    }

    /** How far a segment is in its life. The numbers are on disk and never change. */
    public enum State {
        /** Allocated and empty. */
        FREE(0),
        /** Being appended to. */
        TAIL(1),
        /** Full, and not yet known to be on the disk. */
        SEALED(2),
        /** Full and on the disk, with a hint that proves it: compaction may take it. */
        PROVEN(3),
        /** Only a header's worth of file: the space was given back. */
        VACANT(4);

        final int code;

        State(int code) {
            this.code = code;
        }

        /** Returns the number that is on disk. */
        public int code() {
            return code;
        }

        /** Returns the state of a number; an unknown one counts as full and not proven. */
        public static State ofCode(int code) {
            for (State state : values()) {
                if (state.code == code) {
                    return state;
                }
            }
            return SEALED;
        }
    }

    private static final long SPREAD = 0x9e3779b97f4a7c15L; // 2^64 / golden ratio

    final int id;
    final ByteBuffer buffer;
    final int capacityBytes;
    private final MappedRegion region;
    private final long storeId;

    private volatile long generation;

    Kind kind = Kind.FREE;
    State state = State.FREE;

    /** The generation of the hot segment that was written before this one, or 0. */
    long previousGeneration;

    /** Whether a backup was seen to have the same file; thread of compaction, or recovery. */
    boolean shared;

    /** The offset of the next record. */
    int tail = SegmentFormat.HEADER_SIZE_BYTES;

    /** Up to this offset everything is on the disk. */
    int forcedTo;

    /** The position in the log of offset 0, for segments that were written since opening. */
    long basePosition;

    /** Bytes of records that the index points to. */
    long liveBytes;

    /** Bytes of tombstones. */
    long tombstoneBytes;

    /** How many records of values are here that the index does not point to any more. */
    long deadRecords;

    /** The highest generation that a tombstone in here names. */
    long tombstoneGeneration;

    /**
     * Whether its records, copied elsewhere, would probably leave as large a gap: it ended because
     * the next record did not fit, when compaction filled it or more than half was full.
     */
    boolean filled;

    /** When its records expire. */
    final Expirations expirations = new Expirations();

    Segment(int id, MappedRegion region, long storeId, int capacityBytes) {
        this.id = id;
        this.region = region;
        this.buffer = region.buffer();
        this.capacityBytes = capacityBytes;
        this.storeId = storeId;
    }

    /** Returns what stands for a segment where there is none. */
    static Segment none() {
        Segment none = new Segment(-1, new NoRegion(), 0, 0);
        none.state = State.VACANT;
        return none;
    }

    /** Returns the number of the segment's place in the store. */
    public int id() {
        return id;
    }

    /** Returns the memory; only bytes before the tail of a life mean anything. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Returns the number of its life. */
    public long generation() {
        return generation;
    }

    /** Returns what it holds. */
    public Kind kind() {
        return kind;
    }

    /** Returns how far it is in its life. */
    public State state() {
        return state;
    }

    /** Returns the size of the file. */
    public int capacityBytes() {
        return capacityBytes;
    }

    /** Returns the offset behind its last record. */
    public int tail() {
        return tail;
    }

    /** As {@link #tail()}; the records before it can be read without the write lock, too. */
    public int settledTail() {
        int settled = tail;
        VarHandle.acquireFence();
        return settled;
    }

    /** Returns how many bytes of records it has. */
    public long usedBytes() {
        return tail - SegmentFormat.HEADER_SIZE_BYTES;
    }

    /** Returns how many bytes of the gap behind its records are worth copying those for. */
    public int slackBytes() {
        return filled ? 0 : capacityBytes - tail;
    }

    /** Notes, when it has ended, what the gap behind its records is. */
    void noteGap() {
        filled = tail > capacityBytes / 2;
    }

    /** Whether the gap behind its records would be as large wherever they were copied to. */
    public boolean isFilled() {
        return filled;
    }

    /** Returns the bytes of records that the index points to. */
    public long liveBytes() {
        return liveBytes;
    }

    /** Returns the bytes of tombstones. */
    public long tombstoneBytes() {
        return tombstoneBytes;
    }

    /** Returns how many records of values are here that the index does not point to any more. */
    public long deadRecords() {
        return deadRecords;
    }

    /** Returns when its records expire. */
    public Expirations expirations() {
        return expirations;
    }

    /** Returns the generation of the hot segment that was written before this one, or 0. */
    public long previousGeneration() {
        return previousGeneration;
    }

    /** Returns the highest generation that a tombstone in here names, or 0. */
    public long tombstoneGeneration() {
        return tombstoneGeneration;
    }

    /** Returns what the checksums of records of a life are seeded with. */
    int seed(long generation) {
        return seed(storeId, id, generation);
    }

    static int seed(long storeId, int id, long generation) {
        return (int) (((storeId + id) * SPREAD + generation) * SPREAD >>> 32);
    }

    /** Whether the checksum of the record at an offset fits, in a given life. */
    public boolean isIntact(int offset, long ofGeneration) {
        return RecordFormat.problem(buffer, offset, capacityBytes, seed(ofGeneration)) == null;
    }

    /**
     * Whether the checksum of the record at an offset fits its header and the key and value that
     * were copied from it.
     */
    public boolean isIntact(int offset, long ofGeneration, byte[] key, byte[] value) {
        return RecordFormat.isIntact(buffer, offset, Crc32c.of(key, value), seed(ofGeneration));
    }

    /**
     * Returns what is wrong with the header, or null. What it should say is guarded by the write
     * lock; the caller makes sure that the segment does not change its life meanwhile.
     *
     * @param bothCopies whether a single whole copy is not enough: a kill in the middle of writing
     *     one leaves the other, until the store is opened to write
     */
    public @Nullable String headerProblem(boolean bothCopies) {
        return SegmentFormat.problem(
                buffer, bothCopies, kind.code, storeId, generation, previousGeneration, id);
    }

    /** Writes a copy of the header that is damaged or was left unfinished again. */
    void mendHeader() {
        if (SegmentFormat.isOneCopyLost(buffer)) {
            SegmentFormat.write(buffer, kind.code, storeId, generation, previousGeneration, id);
        }
    }

    /**
     * Returns another object for the same memory, with its own figures, as it was at a moment.
     *
     * @param tail where the records ended
     */
    Segment asOf(Kind kind, long generation, int tail) {
        Segment view = new Segment(id, region, storeId, capacityBytes);
        view.kind = kind;
        view.setGeneration(generation);
        view.tail = tail;
        return view;
    }

    /** Begins the copy of a life of another segment. */
    void beginCopy(Segment original, long originalPreviousGeneration) {
        begin(original.kind, original.generation, originalPreviousGeneration);
        int size = original.tail - SegmentFormat.HEADER_SIZE_BYTES;
        buffer.put(
                SegmentFormat.HEADER_SIZE_BYTES,
                original.buffer,
                SegmentFormat.HEADER_SIZE_BYTES,
                size);
        tail = original.tail;
    }

    /**
     * Reads the records once and takes the figures that a hint has from them.
     *
     * @return the scanner, which tells where and why it ended
     */
    RecordScanner readFigures() {
        RecordScanner scanner = new RecordScanner(this, tail);
        while (scanner.next()) {
            if (scanner.isTombstone()) {
                addTombstone(scanner.size(), scanner.note());
            } else if ((scanner.flags() & RecordFormat.EXPIRY) != 0) {
                expirations.add(RecordFormat.expiry(buffer, scanner.offset()), scanner.size());
            }
        }
        return scanner;
    }

    /** Begins a life. What was here before must not be needed by anybody any more. */
    void begin(Kind kind, long generation, long previousHotGeneration) {
        this.kind = kind;
        this.state = State.TAIL;
        this.tail = SegmentFormat.HEADER_SIZE_BYTES;
        this.forcedTo = 0;
        this.liveBytes = 0;
        this.tombstoneBytes = 0;
        this.deadRecords = 0;
        this.tombstoneGeneration = 0;
        this.filled = false;
        this.expirations.clear();
        setGeneration(generation);
        // If we crash before this is on the disk, the segment is what it was before, free, and what
        // is written to it is lost: nothing of it was acknowledged, as a force takes this along.
        this.previousGeneration = previousHotGeneration;
        SegmentFormat.write(buffer, kind.code, storeId, generation, previousHotGeneration, id);
        RecordFormat.writeNoHeader(buffer, tail);
    }

    /** Ends a life and makes that durable: from here on a crash cannot bring its records back. */
    void end() throws IOException {
        this.kind = Kind.FREE;
        this.state = State.FREE;
        this.previousGeneration = 0;
        SegmentFormat.write(buffer, Kind.FREE.code, storeId, generation, 0, id);
        force(0, SegmentFormat.HEADER_SIZE_BYTES);
        this.tail = SegmentFormat.HEADER_SIZE_BYTES;
        this.liveBytes = 0;
        this.tombstoneBytes = 0;
        this.deadRecords = 0;
        this.expirations.clear();
    }

    /** Counts a record as one the index points to. Write lock, or recovery. */
    public void addLive(int sizeBytes) {
        liveBytes += sizeBytes;
    }

    /**
     * Counts a record that was live as one the index points to no more. Write lock, or recovery.
     */
    public void addDead(int sizeBytes) {
        liveBytes -= sizeBytes;
        deadRecords++;
        assert liveBytes >= 0;
    }

    /** Counts a tombstone. Write lock, or recovery. */
    public void addTombstone(int sizeBytes, long generation) {
        tombstoneBytes += sizeBytes;
        tombstoneGeneration = Math.max(tombstoneGeneration, generation);
    }

    /** Takes over what a thread that rebuilds the index has counted. Recovery. */
    public void add(
            long liveBytes, long deadRecords, long tombstoneBytes, long tombstoneGeneration) {
        this.liveBytes += liveBytes;
        this.deadRecords += deadRecords;
        this.tombstoneBytes += tombstoneBytes;
        this.tombstoneGeneration = Math.max(this.tombstoneGeneration, tombstoneGeneration);
    }

    void setGeneration(long generation) {
        this.generation = generation;
        VarHandle.fullFence(); // before any byte that follows: see the invariant
    }

    /** Stores bytes that are to be forced soon. Write lock held. */
    void write(int offset, byte[] bytes, int length) throws IOException {
        region.write(offset, bytes, length);
    }

    /** Says that there will be no more of them in this life. */
    void endWriting() {
        region.endWriting();
    }

    void force(int from, int to) throws IOException {
        region.force(from, to - from);
    }

    /** Makes the bytes up to an offset durable; as {@link MappedRegion#confirm}. */
    void confirm(int end) throws IOException {
        region.confirm(end);
    }

    void unmap() {
        region.unmap();
    }

    private static final class NoRegion implements MappedRegion {

        private final ByteBuffer nothing = ByteBuffer.allocateDirect(0);

        @Override
        public ByteBuffer buffer() {
            return nothing;
        }

        @Override
        public void force(long offset, long sizeBytes) {
            // There is nothing to force.
        }

        @Override
        public void unmap() {
            // There is nothing to unmap.
        }
    }
}
