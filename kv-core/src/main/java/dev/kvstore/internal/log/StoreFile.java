package dev.kvstore.internal.log;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFormatException;
import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The file that makes a directory a store: what is fixed for the store's life, how many segment
 * files there must be, and how far the tails are known to have been on the disk. It has two copies,
 * written in turn, so that a power cut in the middle of writing one leaves the other. See
 * docs/format.md, "Store file".
 */
public final class StoreFile {

    /** The name of the file. */
    public static final String NAME = "store.kv";

    private static final String TEMPORARY_NAME = "store.kv.new";

    static final long MAGIC = 0x3145524f5453564bL; // "KVSTORE1"
    static final int VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int SEGMENT_COUNT_OFFSET = 12;
    static final int STORE_ID_OFFSET = 16;
    static final int HASH_SEED_OFFSET = 24;
    static final int SEGMENT_SIZE_OFFSET = 32;
    static final int REVISION_OFFSET = 40;
    static final int HOT_GENERATION_OFFSET = 48;
    static final int COLD_GENERATION_OFFSET = 56;
    static final int HOT_END_OFFSET = 64;
    static final int COLD_END_OFFSET = 68;
    static final int CHECKSUM_OFFSET = 72;
    static final int COPY_SIZE_BYTES = 76;

    static final int SECOND_COPY_OFFSET = 2048;
    static final int SIZE_BYTES = 4096;

    private final MappedRegion region;
    private final long storeId;
    private final long hashSeed;
    private final long segmentSizeBytes;
    private volatile int segmentCount;

    // Guarded by this, as is the writing of the file.
    private long revision;
    private End hotEnd;
    private End coldEnd;

    /**
     * How far a segment is known to have been on the disk. It stays true for as long as that life
     * of the segment lasts.
     *
     * @param generation the life, or 0 for none
     * @param offset up to where
     */
    record End(long generation, int offset) {

        static final End NONE = new End(0, 0);

        static End of(Segment segment) {
            return segment.state == Segment.State.TAIL
                    ? new End(segment.generation(), segment.forcedTo)
                    : NONE;
        }
    }

    private StoreFile(MappedRegion region, int copy) {
        ByteBuffer buffer = region.buffer();
        this.region = region;
        this.storeId = buffer.getLong(copy + STORE_ID_OFFSET);
        this.hashSeed = buffer.getLong(copy + HASH_SEED_OFFSET);
        this.segmentSizeBytes = buffer.getLong(copy + SEGMENT_SIZE_OFFSET);
        this.segmentCount = buffer.getInt(copy + SEGMENT_COUNT_OFFSET);
        this.revision = buffer.getLong(copy + REVISION_OFFSET);
        this.hotEnd =
                new End(
                        buffer.getLong(copy + HOT_GENERATION_OFFSET),
                        buffer.getInt(copy + HOT_END_OFFSET));
        this.coldEnd =
                new End(
                        buffer.getLong(copy + COLD_GENERATION_OFFSET),
                        buffer.getInt(copy + COLD_END_OFFSET));
    }

    /** Creates the file of a new store. */
    public static StoreFile create(Storage storage, long segmentSizeBytes) throws IOException {
        StoreFile storeFile = begin(storage, segmentSizeBytes);
        // If we crash before this, the directory is not yet a store and is begun afresh.
        finish(storage);
        return storeFile;
    }

    /** Creates the file of a store that is none until {@link #finish}. */
    public static StoreFile begin(Storage storage, long segmentSizeBytes) throws IOException {
        SecureRandom random = new SecureRandom();
        return begin(storage, random.nextLong(), random.nextLong(), segmentSizeBytes, 0);
    }

    private static StoreFile begin(
            Storage storage, long storeId, long hashSeed, long segmentSizeBytes, int segmentCount)
            throws IOException {
        storage.delete(TEMPORARY_NAME); // what a crash left may have a copy of a higher revision
        storage.allocate(TEMPORARY_NAME, SIZE_BYTES);
        MappedRegion region = storage.map(TEMPORARY_NAME, 0, SIZE_BYTES, true);
        write(region, 0, storeId, hashSeed, segmentSizeBytes, segmentCount, End.NONE, End.NONE, 1);
        return new StoreFile(region, 0);
    }

    /** Makes the directory a store, durably. */
    public static void finish(Storage storage) throws IOException {
        storage.rename(TEMPORARY_NAME, NAME);
        storage.syncDirectory();
    }

    /** Makes a directory a copy of this store, durably, once everything else of it is there. */
    void copyTo(Storage target, int copiedSegmentCount) throws IOException {
        begin(target, storeId, hashSeed, segmentSizeBytes, copiedSegmentCount);
        // If we crash before the names of the other files are durable, this one must not be there.
        target.syncDirectory();
        finish(target);
    }

    /** Opens the file, or returns null if there is none. */
    public static @Nullable StoreFile open(Storage storage, boolean writable) throws IOException {
        long size = storage.size(NAME);
        if (size < 0) {
            return null;
        }
        if (size < SIZE_BYTES) {
            throw corrupted(storage, "is too short (" + size + " bytes)");
        }
        MappedRegion region = storage.map(NAME, 0, SIZE_BYTES, writable);
        ByteBuffer buffer = region.buffer();
        boolean first = isIntact(buffer, 0);
        boolean second = isIntact(buffer, SECOND_COPY_OFFSET);
        if (!first && !second) {
            throw corrupted(storage, "has a wrong checksum");
        }
        boolean takeSecond =
                second
                        && (!first
                                || buffer.getLong(SECOND_COPY_OFFSET + REVISION_OFFSET)
                                        > buffer.getLong(REVISION_OFFSET));
        int copy = takeSecond ? SECOND_COPY_OFFSET : 0;
        int version = buffer.getInt(copy + VERSION_OFFSET);
        if (version != VERSION) {
            throw new StoreFormatException(storage.directory().resolve(NAME), version, VERSION);
        }
        return new StoreFile(region, copy);
    }

    /** Returns what either copy in the bytes of a store file says, or null if none is whole. */
    static @Nullable StoreIdentity identity(ByteBuffer buffer) {
        int newest = -1;
        for (int copy : new int[] {0, SECOND_COPY_OFFSET}) {
            if (buffer.capacity() >= copy + COPY_SIZE_BYTES
                    && isIntact(buffer, copy)
                    && (newest < 0
                            || buffer.getLong(copy + REVISION_OFFSET)
                                    > buffer.getLong(newest + REVISION_OFFSET))) {
                newest = copy;
            }
        }
        return newest < 0
                ? null
                : new StoreIdentity(
                        buffer.getLong(newest + STORE_ID_OFFSET),
                        buffer.getLong(newest + SEGMENT_SIZE_OFFSET),
                        buffer.getInt(newest + SEGMENT_COUNT_OFFSET));
    }

    private static StoreCorruptedException corrupted(Storage storage, String what) {
        return new StoreCorruptedException(
                storage.directory().resolve(NAME)
                        + " "
                        + what
                        + ". Nothing was changed. Restore the store from a backup, or salvage it"
                        + " with KeyValueStore.repair.",
                storage.directory().resolve(NAME),
                0,
                null);
    }

    private static boolean isIntact(ByteBuffer buffer, int copy) {
        return buffer.getLong(copy + MAGIC_OFFSET) == MAGIC
                && buffer.getInt(copy + CHECKSUM_OFFSET)
                        == Crc32c.of(buffer, copy, CHECKSUM_OFFSET);
    }

    private static void write(
            MappedRegion region,
            int copy,
            long storeId,
            long hashSeed,
            long segmentSizeBytes,
            int segmentCount,
            End hotEnd,
            End coldEnd,
            long revision)
            throws IOException {
        ByteBuffer buffer = region.buffer();
        buffer.putLong(copy + MAGIC_OFFSET, MAGIC);
        buffer.putInt(copy + VERSION_OFFSET, VERSION);
        buffer.putInt(copy + SEGMENT_COUNT_OFFSET, segmentCount);
        buffer.putLong(copy + STORE_ID_OFFSET, storeId);
        buffer.putLong(copy + HASH_SEED_OFFSET, hashSeed);
        buffer.putLong(copy + SEGMENT_SIZE_OFFSET, segmentSizeBytes);
        buffer.putLong(copy + REVISION_OFFSET, revision);
        buffer.putLong(copy + HOT_GENERATION_OFFSET, hotEnd.generation());
        buffer.putLong(copy + COLD_GENERATION_OFFSET, coldEnd.generation());
        buffer.putInt(copy + HOT_END_OFFSET, hotEnd.offset());
        buffer.putInt(copy + COLD_END_OFFSET, coldEnd.offset());
        buffer.putInt(copy + CHECKSUM_OFFSET, Crc32c.of(buffer, copy, CHECKSUM_OFFSET));
        region.force(0, SIZE_BYTES);
    }

    /** Returns the number that the store's other files carry too. */
    public long storeId() {
        return storeId;
    }

    /** Returns the seed of the hash of keys. */
    public long hashSeed() {
        return hashSeed;
    }

    /** Returns the size of a segment file. */
    public long segmentSizeBytes() {
        return segmentSizeBytes;
    }

    /** Returns how many segment files there must be, numbered from 0. */
    public int segmentCount() {
        return segmentCount;
    }

    /** Makes durable what it says. See {@link SegmentTable#confirm}. */
    void confirm() throws IOException {
        region.confirm(SIZE_BYTES);
    }

    /** Changes, durably, how many segment files there must be. */
    synchronized void setSegmentCount(int segmentCount) throws IOException {
        change(segmentCount, hotEnd, coldEnd);
    }

    /** Returns the newest life that is noted, whose segment may be gone; it is not given again. */
    synchronized long notedGeneration() {
        return Math.max(hotEnd.generation(), coldEnd.generation());
    }

    /** Notes, durably, how far the tails are on the disk. */
    synchronized void setEnds(End hotEnd, End coldEnd) throws IOException {
        // Of a tail that was just begun nothing is known; then what is known of the one before
        // stays.
        change(
                segmentCount,
                hotEnd.offset() == 0 ? this.hotEnd : hotEnd,
                coldEnd.offset() == 0 ? this.coldEnd : coldEnd);
    }

    private void change(int segmentCount, End hotEnd, End coldEnd) throws IOException {
        long next = revision + 1;
        int copy = next % 2 == 1 ? 0 : SECOND_COPY_OFFSET;
        // If we crash in the middle, this copy is torn and the other one, with what was before,
        // holds.
        write(
                region,
                copy,
                storeId,
                hashSeed,
                segmentSizeBytes,
                segmentCount,
                hotEnd,
                coldEnd,
                next);
        this.segmentCount = segmentCount;
        this.hotEnd = hotEnd;
        this.coldEnd = coldEnd;
        this.revision = next;
    }

    /**
     * Returns what is wrong with the file, or null.
     *
     * @param bothCopies whether a single whole copy is not enough: a kill in the middle of writing
     *     one leaves the other, until the store is opened to write
     */
    synchronized @Nullable String problem(boolean bothCopies) {
        ByteBuffer buffer = region.buffer();
        int newest = revision % 2 == 1 ? 0 : SECOND_COPY_OFFSET;
        if (!isIntact(buffer, newest)
                || buffer.getInt(newest + VERSION_OFFSET) != VERSION
                || buffer.getInt(newest + SEGMENT_COUNT_OFFSET) != segmentCount
                || buffer.getLong(newest + STORE_ID_OFFSET) != storeId
                || buffer.getLong(newest + HASH_SEED_OFFSET) != hashSeed
                || buffer.getLong(newest + SEGMENT_SIZE_OFFSET) != segmentSizeBytes
                || buffer.getLong(newest + REVISION_OFFSET) != revision) {
            return "a newest copy that is damaged";
        }
        return bothCopies && revision > 1 && !isIntact(buffer, SECOND_COPY_OFFSET - newest)
                ? "an older copy that is damaged"
                : null;
    }

    /** Writes a copy that is damaged or was left unfinished again. */
    void mend() throws IOException {
        if (problem(true) != null) {
            setSegmentCount(segmentCount);
        }
    }

    /** Returns the generation of the hot tail that was noted, or 0. */
    synchronized long hotGeneration() {
        return hotEnd.generation();
    }

    /**
     * Returns up to which offset a segment is known to have been on the disk in this life, or 0.
     */
    synchronized int endOf(Segment segment) {
        long generation = segment.generation();
        if (generation == 0) {
            return 0;
        }
        return generation == hotEnd.generation()
                ? hotEnd.offset()
                : generation == coldEnd.generation() ? coldEnd.offset() : 0;
    }
}
