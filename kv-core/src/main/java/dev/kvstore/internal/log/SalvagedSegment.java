package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A segment file of a damaged store, read only. Finds out in which life its records are, which is
 * what their checksums are seeded with: from the header, from the hint, from what a clean close
 * noted, or from the records themselves.
 */
public final class SalvagedSegment {

    /** What is known of the file. */
    public enum Condition {
        /** Holds records, of a life that is known. */
        READABLE,
        /** Holds none. */
        FREE,
        /** Both copies of the header are lost. */
        HEADER_LOST,
        /** Nothing can be read from it; see {@link #reason()}. */
        UNREADABLE
    }

    private static final String HEADER_LOST_REASON = "both copies of the header are damaged";

    private final int fileId;
    private final Segment segment;
    private final StoreIdentity identity;
    private Condition condition = Condition.UNREADABLE;
    private String reason = "";
    private int seed;
    private boolean batches = true;
    private int provenEnd = -1;
    private @Nullable Hint hint; // of a segment whose header is lost, perhaps of an earlier life

    private SalvagedSegment(int fileId, Segment segment, StoreIdentity identity) {
        this.fileId = fileId;
        this.segment = segment;
        this.identity = identity;
    }

    /** Maps a segment file and reads its header; null if the file is too short for one. */
    public static @Nullable SalvagedSegment open(
            Storage storage, String name, StoreIdentity identity) throws IOException {
        long size = storage.size(name);
        if (size < SegmentFormat.HEADER_SIZE_BYTES || size > Integer.MAX_VALUE) {
            return null;
        }
        MappedRegion region = storage.map(name, 0, size, false);
        int fileId = SegmentFormat.idOf(name);
        int copy = SegmentFormat.newestCopy(region.buffer());
        int id = copy < 0 ? fileId : region.buffer().getInt(copy + SegmentFormat.SEGMENT_ID_OFFSET);
        Segment segment = new Segment(id, region, identity.storeId(), (int) size);
        SalvagedSegment salvaged = new SalvagedSegment(fileId, segment, identity);
        salvaged.readHeader(copy, storage);
        return salvaged;
    }

    private void readHeader(int copy, Storage storage) throws IOException {
        ByteBuffer buffer = segment.buffer;
        if (copy < 0) {
            readWithoutHeader(storage);
            return;
        }
        if (buffer.getLong(copy + SegmentFormat.STORE_ID_OFFSET) != identity.storeId()) {
            reason = "a segment of another store";
            return;
        }
        if (buffer.getInt(copy + SegmentFormat.VERSION_OFFSET) != SegmentFormat.VERSION) {
            reason = "a segment of a format version that this release does not read";
            return;
        }
        Segment.Kind kind = Segment.Kind.ofCode(buffer.getInt(copy + SegmentFormat.KIND_OFFSET));
        segment.previousGeneration =
                buffer.getLong(copy + SegmentFormat.PREVIOUS_GENERATION_OFFSET);
        segment.setGeneration(buffer.getLong(copy + SegmentFormat.GENERATION_OFFSET));
        if (kind == Segment.Kind.FREE) {
            condition = Condition.FREE;
            return;
        }
        batches = kind == Segment.Kind.HOT;
        take(segment.generation());
        Hint proof = fileId == segment.id ? Hint.read(storage, segment, identity.storeId()) : null;
        provenEnd = proof == null ? -1 : proof.end();
    }

    private void readWithoutHeader(Storage storage) throws IOException {
        hint = Hint.readAlone(storage, segment, identity.storeId());
        // A hint is written when its segment is full: beside one that was never used there is none.
        condition = hint == null && isBlank() ? Condition.FREE : Condition.HEADER_LOST;
        reason = HEADER_LOST_REASON;
    }

    private void take(long generation) {
        seed = segment.seed(generation);
        condition = Condition.READABLE;
    }

    /** Whether the whole file is zeros, as one that was allocated and never used. */
    private boolean isBlank() {
        int size = segment.capacityBytes & -8;
        for (int at = 0; at < size; at += 8) {
            if (segment.buffer.getLong(at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Takes over what a clean close noted, where it is about the life that is in the file. */
    public void applyNote(long generation, boolean holdsRecords, int tail) {
        if (isHeaderLost() && !holdsRecords) {
            condition = Condition.FREE;
        } else if (isHeaderLost()) {
            take(generation);
            provenEnd = tail;
            batches = mayBeHot();
        } else if (condition == Condition.READABLE
                && provenEnd < 0
                && generation == segment.generation()) {
            provenEnd = tail;
        }
    }

    /**
     * Tries to find the life of the records although the header is lost. A checksum that fits its
     * record but for the seed gives the seed away. It is confirmed by a generation that another
     * segment names, or by a second record, unless another life begins where the first record
     * should be: records that an earlier life left lie behind those of the present one.
     *
     * @param chain generations of hot segments that others name
     */
    public void findLife(Set<Long> chain) {
        if (condition != Condition.HEADER_LOST) {
            return;
        }
        Set<Integer> seeds = new HashSet<>();
        chain.forEach(generation -> seeds.add(segment.seed(generation)));
        Integer seedOfHint = hint == null ? null : segment.seed(segment.generation());
        if (seedOfHint != null) {
            seeds.add(seedOfHint);
        }
        ByteBuffer buffer = segment.buffer;
        int limit = segment.capacityBytes;
        Set<Integer> met = new HashSet<>();
        Integer first = null; // the seed of what is at the place of the first record
        for (int at = SegmentFormat.HEADER_SIZE_BYTES; at < limit; at += 8) {
            if (!RecordFormat.isPlausible(buffer, at, limit)) {
                continue;
            }
            int candidate = RecordFormat.seedThatFits(buffer, at);
            if (at == SegmentFormat.HEADER_SIZE_BYTES) {
                first = candidate;
            }
            boolean again = !met.add(candidate);
            if (seeds.contains(candidate) || (again && (first == null || first == candidate))) {
                seed = candidate;
                condition = Condition.READABLE;
                batches = mayBeHot();
                if (hint != null && seedOfHint == candidate) {
                    provenEnd = hint.end();
                }
                return;
            }
        }
    }

    /**
     * Whether the records may be the log's own, among which a number left out means a batch, and
     * not copies, whose numbers have gaps and no order.
     */
    private boolean mayBeHot() {
        ByteBuffer buffer = segment.buffer;
        int limit = segment.capacityBytes;
        long before = 0;
        int at = SegmentFormat.HEADER_SIZE_BYTES;
        while (at < limit) {
            if (problemAt(at, limit) != null) {
                at += 8;
                continue;
            }
            int flags = RecordFormat.flags(buffer, at);
            long sequence = RecordFormat.sequence(buffer, at);
            if (flags == RecordFormat.BATCH || flags == RecordFormat.END) {
                return true;
            }
            if (sequence <= before) {
                return false; // the marks among copies have no number
            }
            before = sequence;
            at += RecordFormat.size(buffer, at);
        }
        return true;
    }

    /** Returns the number of the segment that a file name is of, or -1. */
    public static int idOf(String name) {
        return SegmentFormat.idOf(name);
    }

    /** Returns the name of the file of a segment. */
    public static String nameOf(int id) {
        return SegmentFormat.fileName(id);
    }

    /** Whether a file name is that of a hint, or of what takes the place of a segment one day. */
    public static boolean isBesideSegments(String name) {
        return name.equals(SegmentTable.SPARE_NAME)
                || SegmentFormat.idOf(name.replace(".hint", ".kvs")) >= 0;
    }

    /** Returns the number in the file's name. */
    public int fileId() {
        return fileId;
    }

    /** Returns the number in the header. */
    public int segmentId() {
        return segment.id;
    }

    /** Returns the memory. */
    public ByteBuffer buffer() {
        return segment.buffer;
    }

    /** Returns what is known. */
    public Condition condition() {
        return condition;
    }

    /** Returns why nothing, or not everything, can be read. */
    public String reason() {
        return reason;
    }

    /** Returns the size of the file. */
    public int sizeBytes() {
        return segment.capacityBytes;
    }

    /** Returns the generation of the hot segment before this one, or 0. */
    public long previousGeneration() {
        return segment.previousGeneration;
    }

    /** Whether the header is lost, even if the life was found in another way. */
    public boolean isHeaderLost() {
        return reason.equals(HEADER_LOST_REASON);
    }

    /** Whether there can be batches. */
    boolean mayHaveBatches() {
        return batches;
    }

    /** Returns where the records are known to end, or -1. */
    int provenEnd() {
        return provenEnd;
    }

    /** Returns why there is no record at an offset, or null if there is one. */
    @Nullable String problemAt(int offset, int limit) {
        return RecordFormat.problem(segment.buffer, offset, limit, seed);
    }
}
