package dev.kvstore.internal.log;

import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The hint of a segment. It is written only after the segment and, for a hot one, all hot ones
 * before it are on the disk: a hint that is whole proves that.
 *
 * <p>It lists the keys' hashes and the records' places only where that is much smaller than the
 * records; else reading the records themselves is as quick.
 */
public final class Hint {

    private final ByteBuffer buffer;

    private Hint(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * Makes the place of a hint's header, so that a full disk cannot keep a full segment from being
     * proven.
     */
    static void allocate(Storage storage, int segmentId) throws IOException {
        storage.allocate(SegmentFormat.hintName(segmentId), HintFormat.HEADER_SIZE_BYTES);
    }

    /** Blanks, durably, what a segment of this number has left that was dropped long ago. */
    static void blank(Storage storage, int segmentId) throws IOException {
        blank(storage, segmentId, true);
    }

    /**
     * Blanks the hint of a segment whose life has ended, if it can. Not durably: should it come
     * back, it is of an earlier life than the segment.
     */
    static void forget(Storage storage, int segmentId) {
        try {
            if (storage.size(SegmentFormat.hintName(segmentId)) >= HintFormat.HEADER_SIZE_BYTES) {
                blank(storage, segmentId, false);
            }
        } catch (IOException e) {
            // As if it had come back.
        }
    }

    private static void blank(Storage storage, int segmentId, boolean durably) throws IOException {
        String name = SegmentFormat.hintName(segmentId);
        MappedRegion region = storage.map(name, 0, HintFormat.HEADER_SIZE_BYTES, true);
        try {
            region.buffer().putLong(HintFormat.MAGIC_OFFSET, 0);
            if (durably) {
                region.force(0, HintFormat.HEADER_SIZE_BYTES);
            }
        } finally {
            region.unmap();
        }
    }

    /** Makes durable what a segment's hint says. See {@link SegmentTable#confirm}. */
    static void confirm(Storage storage, Segment segment) throws IOException {
        String name = SegmentFormat.hintName(segment.id);
        long size = storage.size(name);
        MappedRegion region = storage.map(name, 0, size, true);
        region.confirm((int) size & -8); // what is behind the hint means nothing and ends anywhere
        region.unmap();
    }

    static int checksum(ByteBuffer buffer, int size) {
        int header = Crc32c.of(buffer, 0, HintFormat.CHECKSUM_OFFSET);
        int entries =
                Crc32c.of(
                        buffer, HintFormat.HEADER_SIZE_BYTES, size - HintFormat.HEADER_SIZE_BYTES);
        return Crc32c.extend(header, entries);
    }

    /** Reads the hint of a segment's present life; null if there is none that is whole. */
    static @Nullable Hint read(Storage storage, Segment segment, long storeId) throws IOException {
        Hint hint = readOfAnyLife(storage, segment, storeId);
        return hint != null && hint.generation() == segment.generation() && hint.fits(segment)
                ? hint
                : null;
    }

    /**
     * Reads the hint beside a segment whose header is lost, and tells the segment which life it is
     * in; null if there is none that is whole.
     */
    static @Nullable Hint readAlone(Storage storage, Segment segment, long storeId)
            throws IOException {
        Hint hint = readOfAnyLife(storage, segment, storeId);
        if (hint == null || !hint.fits(segment)) {
            return null;
        }
        segment.setGeneration(hint.generation());
        return hint;
    }

    /** Returns the life that the hint of a segment is of, or 0 if there is none that is whole. */
    static long generationOf(Storage storage, Segment segment, long storeId) throws IOException {
        Hint hint = readOfAnyLife(storage, segment, storeId);
        return hint == null ? 0 : hint.generation();
    }

    private boolean fits(Segment segment) {
        return end() >= SegmentFormat.HEADER_SIZE_BYTES && end() <= segment.capacityBytes;
    }

    private static @Nullable Hint readOfAnyLife(Storage storage, Segment segment, long storeId)
            throws IOException {
        String name = SegmentFormat.hintName(segment.id);
        long fileSize = storage.size(name);
        if (fileSize < HintFormat.HEADER_SIZE_BYTES || fileSize > Integer.MAX_VALUE) {
            return null;
        }
        MappedRegion region = storage.map(name, 0, fileSize, false);
        ByteBuffer copy = ByteBuffer.allocate((int) fileSize).order(region.buffer().order());
        copy.put(0, region.buffer(), 0, (int) fileSize);
        region.unmap();
        return isWhole(copy, segment, storeId) ? new Hint(copy) : null;
    }

    private static boolean isWhole(ByteBuffer hint, Segment segment, long storeId) {
        if (hint.getLong(HintFormat.MAGIC_OFFSET) != HintFormat.MAGIC
                || hint.getInt(HintFormat.VERSION_OFFSET) != HintFormat.VERSION
                || hint.getInt(HintFormat.SEGMENT_ID_OFFSET) != segment.id
                || hint.getLong(HintFormat.STORE_ID_OFFSET) != storeId) {
            return false;
        }
        long count =
                hint.getInt(HintFormat.LISTED_OFFSET) == 1
                        ? hint.getInt(HintFormat.ENTRY_COUNT_OFFSET)
                        : 0;
        long size = HintFormat.HEADER_SIZE_BYTES + count * HintFormat.ENTRY_SIZE_BYTES;
        return count >= 0
                && size <= hint.capacity()
                && hint.getInt(HintFormat.CHECKSUM_OFFSET) == checksum(hint, (int) size);
    }

    private long generation() {
        return buffer.getLong(HintFormat.GENERATION_OFFSET);
    }

    /**
     * Returns in what the hint does not say what the records of its segment say, or null.
     *
     * @param hashAt hashes the key of the record at an offset of the segment
     */
    public @Nullable String problem(Segment segment, IntToLongFunction hashAt) {
        if (end() != segment.tail) {
            return "an end at " + end() + ", and the segment ends at " + segment.tail;
        }
        int entry = 0;
        long newestSequence = 0;
        long newestTombstoneGeneration = 0;
        Expirations expirations = new Expirations();
        RecordScanner scanner = new RecordScanner(segment, segment.tail);
        while (scanner.next()) {
            newestSequence = Math.max(newestSequence, scanner.sequence());
            if ((scanner.flags() & RecordFormat.EXPIRY) != 0) {
                long expiry = RecordFormat.expiry(segment.buffer, scanner.offset());
                expirations.add(expiry, scanner.size());
            }
            if (scanner.isTombstone()) {
                newestTombstoneGeneration = Math.max(newestTombstoneGeneration, scanner.note());
            }
            if (scanner.isValue() || scanner.isTombstone()) {
                if (isListed() && !isOf(entry, scanner, hashAt)) {
                    return "an entry that is not that of the record at " + scanner.offset();
                }
                entry++;
            }
        }
        boolean right =
                entry == entryCount()
                        && newestSequence == lastSequence()
                        && newestTombstoneGeneration <= tombstoneGeneration()
                        && expirations.earliest()
                                == buffer.getLong(HintFormat.EARLIEST_EXPIRY_OFFSET)
                        && expirations.latest() == buffer.getLong(HintFormat.LATEST_EXPIRY_OFFSET)
                        && expirations.bytes() == buffer.getLong(HintFormat.EXPIRING_BYTES_OFFSET);
        return right ? null : "figures that are not those of the segment's records";
    }

    private boolean isOf(int entry, RecordScanner scanner, IntToLongFunction hashAt) {
        return entry < entryCount()
                && offset(entry) == scanner.offset()
                && size(entry) == scanner.size()
                && sequence(entry) == scanner.sequence()
                && isTombstone(entry) == scanner.isTombstone()
                && hash(entry) == hashAt.applyAsLong(scanner.offset());
    }

    /** Returns the offset behind the last record. */
    public int end() {
        return buffer.getInt(HintFormat.END_OFFSET);
    }

    /** Returns the highest generation that a tombstone in the segment names. */
    public long tombstoneGeneration() {
        return buffer.getLong(HintFormat.TOMBSTONE_GENERATION_OFFSET);
    }

    /** Returns the highest sequence number in the segment. */
    public long lastSequence() {
        return buffer.getLong(HintFormat.LAST_SEQUENCE_OFFSET);
    }

    void restore(Expirations expirations) {
        expirations.set(
                buffer.getLong(HintFormat.EARLIEST_EXPIRY_OFFSET),
                buffer.getLong(HintFormat.LATEST_EXPIRY_OFFSET),
                buffer.getLong(HintFormat.EXPIRING_BYTES_OFFSET));
    }

    /** Whether it lists the records. */
    public boolean isListed() {
        return buffer.getInt(HintFormat.LISTED_OFFSET) == 1;
    }

    /** Returns how many records of values and tombstones there are. */
    public int entryCount() {
        return buffer.getInt(HintFormat.ENTRY_COUNT_OFFSET);
    }

    /** Returns the hash of the key of an entry. */
    public long hash(int entry) {
        return buffer.getLong(at(entry) + HintFormat.ENTRY_HASH_OFFSET);
    }

    /** Returns the sequence number of an entry. */
    public long sequence(int entry) {
        return buffer.getLong(at(entry) + HintFormat.ENTRY_SEQUENCE_OFFSET);
    }

    /** Returns the offset of the record of an entry. */
    public int offset(int entry) {
        return buffer.getInt(at(entry) + HintFormat.ENTRY_ADDRESS_OFFSET);
    }

    /** Returns the size of the record of an entry. */
    public int size(int entry) {
        return buffer.getInt(at(entry) + HintFormat.ENTRY_SIZE_OFFSET) & ~HintFormat.TOMBSTONE_BIT;
    }

    /** Whether the record of an entry is a tombstone. */
    public boolean isTombstone(int entry) {
        return buffer.getInt(at(entry) + HintFormat.ENTRY_SIZE_OFFSET) < 0;
    }

    /** Returns the entry of the record at an offset, which must be listed. */
    public int entryAt(int offset) {
        int low = 0;
        int high = entryCount() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offset(middle) < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int at(int entry) {
        return HintFormat.HEADER_SIZE_BYTES + entry * HintFormat.ENTRY_SIZE_BYTES;
    }
}
