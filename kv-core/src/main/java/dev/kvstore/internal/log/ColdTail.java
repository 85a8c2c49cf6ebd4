package dev.kvstore.internal.log;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * The segment that compaction copies to. Copies keep their sequence numbers, so their order means
 * nothing.
 *
 * <p><b>Threads:</b> used by the thread of compaction alone, but for what it says about the
 * segment.
 */
public final class ColdTail {

    private final LogMonitor monitor;
    private final GroupCommit commit;
    private final SegmentPool pool;
    private final Sealer sealer;
    private final RecordAddress addresses;
    private final int segmentSizeBytes;
    private final LongSupplier nextGeneration;
    private final boolean publishesWhenForced;
    private volatile Segment segment = Segment.none();

    /**
     * Makes it without a segment.
     *
     * @param publishesWhenForced whether the index is changed only after a record was forced
     */
    ColdTail(
            LogMonitor monitor,
            GroupCommit commit,
            SegmentPool pool,
            Sealer sealer,
            RecordAddress addresses,
            int segmentSizeBytes,
            LongSupplier nextGeneration,
            boolean publishesWhenForced) {
        this.monitor = monitor;
        this.commit = commit;
        this.pool = pool;
        this.sealer = sealer;
        this.addresses = addresses;
        this.segmentSizeBytes = segmentSizeBytes;
        this.nextGeneration = nextGeneration;
        this.publishesWhenForced = publishesWhenForced;
    }

    void resume(Segment segment) {
        this.segment = segment;
    }

    /**
     * Forgets a segment that is to be retired, if it is the one copied to last. Its file is written
     * again, perhaps as the hot tail: then its state would say that there is a tail here.
     */
    void forget(Segment retired) {
        if (segment == retired) {
            segment = Segment.none();
        }
    }

    /** Returns the segment; its state tells whether there is one. */
    public Segment segment() {
        return segment;
    }

    /** Whether there is room for a record of some size without another segment. */
    public boolean fits(int sizeBytes) {
        return segment.state == Segment.State.TAIL
                && (long) segment.tail + sizeBytes + 2L * RecordFormat.NOTE_RECORD_SIZE_BYTES
                        // Only so many offsets can be addressed, also in a file that is larger.
                        <= Math.min(segment.capacityBytes, segmentSizeBytes);
    }

    /** Makes room for a record of some size, in another segment if need be. */
    public void makeRoom(int sizeBytes) throws IOException {
        if (!fits(sizeBytes)) {
            segment.filled = true;
            seal();
            begin();
        }
    }

    /**
     * Copies a record whose checksum has been checked.
     *
     * @return the address of the copy
     */
    public long append(Segment from, int offset, int sizeBytes) {
        Segment to = segment;
        int at = to.tail;
        to.buffer.put(at, from.buffer, offset, sizeBytes);
        // The checksum is seeded with the segment's life: take the one seed out, put the other in.
        int seeds = from.seed(from.generation()) ^ to.seed(to.generation());
        to.buffer.putInt(at, from.buffer.getInt(offset) ^ seeds);
        VarHandle.releaseFence(); // who sees the new tail without a lock sees the record
        to.tail = at + sizeBytes;
        if (RecordFormat.flags(to.buffer, at) == RecordFormat.EXPIRY) {
            to.expirations.add(RecordFormat.expiry(to.buffer, at), sizeBytes);
        }
        return addresses.of(to.id, at);
    }

    /** Makes the copies durable, and notes behind them that they are. */
    public void force() throws IOException {
        Segment forced = segment;
        if (forced.state != Segment.State.TAIL || forced.forcedTo == forced.tail) {
            return;
        }
        int end = forced.tail;
        forceOrFail(forced, forced.forcedTo, end);
        // The mark must be durable before an original goes: without it a flipped bit among the
        // copies would pass for a torn end, and the copies after it for never written.
        appendMark(forced, end);
        forceOrFail(forced, end, forced.tail);
        forced.forcedTo = forced.tail;
    }

    private static void appendMark(Segment segment, int forcedTo) {
        int offset = segment.tail;
        int seed = segment.seed(segment.generation());
        RecordFormat.writeNote(segment.buffer, offset, RecordFormat.MARK, forcedTo, 0, seed);
        VarHandle.releaseFence(); // who sees the new tail without a lock sees the record
        segment.tail = offset + RecordFormat.NOTE_RECORD_SIZE_BYTES;
        RecordFormat.writeNoHeader(segment.buffer, segment.tail);
    }

    /** A force that failed must not be tried again: the kernel may have dropped the pages. */
    private void forceOrFail(Segment forced, int from, int to) throws IOException {
        commit.throwIfFailed();
        try {
            forced.force(from, to);
        } catch (IOException e) {
            commit.fail(e);
            throw e;
        }
    }

    /** Ends the segment, durably. Where that fails it goes on, or the store has failed. */
    public void seal() throws IOException {
        if (segment.state == Segment.State.TAIL) {
            forceOrFail(segment, 0, segment.tail);
            HintDraft hint = sealer.draft(segment);
            monitor.change(pool::ended);
            sealer.prove(segment, hint);
            // Forgotten, for it may be retired, taken for the hot tail, and look like one to append
            // to again.
            segment = Segment.none();
        }
    }

    /**
     * Begins a segment at a moment when nothing waits to be published. A tombstone names the newest
     * generation at its append, and says by that: only older segments can hold what I remove. Were
     * it appended but not yet published when a cold segment is begun, compaction could still copy
     * what it removes there.
     */
    private void begin() {
        while (segment.state != Segment.State.TAIL) {
            monitor.lock().lock();
            try {
                while (pool.isEmpty()) {
                    pool.request(0, true);
                }
            } finally {
                monitor.lock().unlock();
            }
            if (publishesWhenForced) {
                commit.runWhenAllIsForced(this::beginNext);
            } else {
                // Nothing waits, and a force with the lock held would hold up all writers.
                monitor.change(this::beginNext);
            }
        }
    }

    private void beginNext() {
        // A deletion that failed may have left a tombstone that nobody knows of.
        commit.throwIfFailed();
        Segment next = pool.takeReserve(); // null if somebody else took it
        if (next != null) {
            next.begin(Segment.Kind.COLD, nextGeneration.getAsLong(), 0);
            segment = next;
        }
    }
}
