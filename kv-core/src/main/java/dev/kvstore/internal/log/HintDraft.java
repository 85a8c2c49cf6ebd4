package dev.kvstore.internal.log;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.IntToLongFunction;

/** A {@link Hint} that has its place on the disk, and is not yet written. */
final class HintDraft {

    /** A list of entries is made if it takes at most this part of the records' bytes. */
    private static final int MIN_SAVING = 16;

    private final Segment segment;
    private final long storeId;
    private final MappedRegion region;
    private final int entryCount;
    private final long lastSequence;
    private final boolean listed;

    private HintDraft(
            Segment segment,
            long storeId,
            MappedRegion region,
            int entryCount,
            long lastSequence,
            boolean listed) {
        this.segment = segment;
        this.storeId = storeId;
        this.region = region;
        this.entryCount = entryCount;
        this.lastSequence = lastSequence;
        this.listed = listed;
    }

    /**
     * Makes the place for the hint of a segment that is on the disk.
     *
     * @throws java.nio.file.FileSystemException if a file could not be opened, for want of a
     *     descriptor say: it can be tried again
     * @throws StoreCorruptedException if a record is damaged
     */
    static HintDraft of(Storage storage, Segment segment, long storeId) throws IOException {
        int entries = 0;
        long lastSequence = 0;
        RecordScanner scanner = new RecordScanner(segment, segment.tail);
        while (scanner.next()) {
            lastSequence = Math.max(lastSequence, scanner.sequence());
            entries += scanner.isValue() || scanner.isTombstone() ? 1 : 0;
        }
        if (scanner.problem() != null) {
            Path file = storage.directory().resolve(SegmentFormat.fileName(segment.id));
            throw new StoreCorruptedException(
                    file
                            + " has "
                            + scanner.problem()
                            + " at offset "
                            + scanner.end()
                            + ", so it cannot be vouched for. Nothing was dropped. Restore the store"
                            + " from a backup.",
                    file,
                    scanner.end(),
                    null);
        }
        long listSize = (long) entries * HintFormat.ENTRY_SIZE_BYTES;
        boolean listed = listSize <= segment.tail / MIN_SAVING;
        String name = SegmentFormat.hintName(segment.id);
        if (listed && !isMadeRoomFor(storage, name, (int) listSize)) {
            listed = false; // the header's place has been there since the segment was allocated
        }
        int size = HintFormat.HEADER_SIZE_BYTES + (listed ? (int) listSize : 0);
        storage.allocate(name, size);
        storage.syncDirectory();
        MappedRegion region = storage.map(name, 0, size, true);
        return new HintDraft(segment, storeId, region, entries, lastSequence, listed);
    }

    private static boolean isMadeRoomFor(Storage storage, String name, int listSize) {
        try {
            storage.allocate(name, HintFormat.HEADER_SIZE_BYTES + (long) listSize);
            return true;
        } catch (IOException e) {
            // Were it a force that failed, it was of zeros: what is written there is forced anew.
            return false;
        }
    }

    /**
     * Writes the hint. Where that fails it may be on the disk all the same.
     *
     * @param hashAt hashes the key of the record at an offset of the segment
     * @return how many bytes it has
     */
    int write(IntToLongFunction hashAt) throws IOException {
        ByteBuffer buffer = region.buffer();
        if (listed) {
            writeEntries(buffer, segment, hashAt);
        }
        buffer.putLong(HintFormat.MAGIC_OFFSET, HintFormat.MAGIC);
        buffer.putInt(HintFormat.VERSION_OFFSET, HintFormat.VERSION);
        buffer.putInt(HintFormat.SEGMENT_ID_OFFSET, segment.id);
        buffer.putLong(HintFormat.STORE_ID_OFFSET, storeId);
        buffer.putLong(HintFormat.GENERATION_OFFSET, segment.generation());
        buffer.putInt(HintFormat.END_OFFSET, segment.tail);
        buffer.putInt(HintFormat.ENTRY_COUNT_OFFSET, entryCount);
        buffer.putLong(HintFormat.TOMBSTONE_GENERATION_OFFSET, segment.tombstoneGeneration);
        buffer.putLong(HintFormat.LAST_SEQUENCE_OFFSET, lastSequence);
        Expirations expirations = segment.expirations;
        buffer.putLong(HintFormat.EARLIEST_EXPIRY_OFFSET, expirations.earliest());
        buffer.putLong(HintFormat.LATEST_EXPIRY_OFFSET, expirations.latest());
        buffer.putLong(HintFormat.EXPIRING_BYTES_OFFSET, expirations.bytes());
        buffer.putInt(HintFormat.LISTED_OFFSET, listed ? 1 : 0);
        int size = buffer.capacity();
        buffer.putInt(HintFormat.CHECKSUM_OFFSET, Hint.checksum(buffer, size));
        // If we crash before this, the hint is torn and ignored, and the segment counts as
        // unproven.
        region.force(0, size);
        region.unmap();
        return size;
    }

    private static void writeEntries(ByteBuffer buffer, Segment segment, IntToLongFunction hashAt) {
        RecordScanner scanner = new RecordScanner(segment, segment.tail);
        int at = HintFormat.HEADER_SIZE_BYTES;
        while (scanner.next()) {
            if (!scanner.isValue() && !scanner.isTombstone()) {
                continue;
            }
            buffer.putLong(at + HintFormat.ENTRY_HASH_OFFSET, hashAt.applyAsLong(scanner.offset()));
            buffer.putLong(at + HintFormat.ENTRY_SEQUENCE_OFFSET, scanner.sequence());
            buffer.putInt(at + HintFormat.ENTRY_ADDRESS_OFFSET, scanner.offset());
            buffer.putInt(
                    at + HintFormat.ENTRY_SIZE_OFFSET,
                    scanner.size() | (scanner.isTombstone() ? HintFormat.TOMBSTONE_BIT : 0));
            at += HintFormat.ENTRY_SIZE_BYTES;
        }
    }
}
