package dev.kvstore.internal.log;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFormatException;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All segment files of a store, by id: there are as many as the store file says, none missing.
 *
 * <p><b>Threads:</b> {@link #get} may be called by anybody; the table is changed under the store's
 * write lock, the files by one thread at a time.
 */
public final class SegmentTable {

    /** The size of the file of a segment whose space was given back. */
    static final int VACANT_SIZE_BYTES = 4096;

    /** What the file of the next segment is called whose space is given back. */
    static final String SPARE_NAME = "segment.kvs.new";

    private final Storage storage;
    private final StoreFile storeFile;
    private final RecordAddress addresses;
    private volatile Segment[] segments;

    private SegmentTable(Storage storage, StoreFile storeFile) {
        this.storage = storage;
        this.storeFile = storeFile;
        this.addresses = new RecordAddress(storeFile.segmentSizeBytes());
        this.segments = new Segment[0];
    }

    /** Maps all segment files and reads their headers. */
    public static SegmentTable open(Storage storage, StoreFile storeFile, boolean writable)
            throws IOException {
        SegmentTable table = new SegmentTable(storage, storeFile);
        Segment[] segments = new Segment[storeFile.segmentCount()];
        for (int id = 0; id < segments.length; id++) {
            segments[id] = table.openSegment(id, writable);
        }
        table.segments = segments;
        table.checkNoneIsTooMany();
        return table;
    }

    /**
     * A segment with records beyond those that the store file knows of: that file is an old one.
     */
    private void checkNoneIsTooMany() throws IOException {
        for (String name : storage.list()) {
            int id = SegmentFormat.idOf(name);
            if (id < count() || storage.size(name) < VACANT_SIZE_BYTES) {
                continue;
            }
            MappedRegion region = storage.map(name, 0, VACANT_SIZE_BYTES, false);
            boolean inUse = SegmentFormat.isInUse(region.buffer(), storeFile.storeId(), id);
            region.unmap();
            if (inUse) {
                Path file = storage.directory().resolve(StoreFile.NAME);
                throw new StoreCorruptedException(
                        file
                                + " says that there are "
                                + count()
                                + " segments, but "
                                + name
                                + " is in use, too. Nothing was changed. Restore the store from a"
                                + " backup.",
                        file,
                        -1,
                        null);
            }
        }
    }

    private Segment openSegment(int id, boolean writable) throws IOException {
        String name = SegmentFormat.fileName(id);
        long size = storage.size(name);
        if (size < VACANT_SIZE_BYTES || size > Integer.MAX_VALUE) {
            throw corrupted(id, size < 0 ? "is missing" : "has " + size + " bytes", -1);
        }
        MappedRegion region = storage.map(name, 0, size, writable);
        ByteBuffer buffer = region.buffer();
        Segment segment = new Segment(id, region, storeFile.storeId(), (int) size);
        int header = SegmentFormat.newestCopy(buffer);
        if (header < 0
                || buffer.getLong(header + SegmentFormat.STORE_ID_OFFSET) != storeFile.storeId()
                || buffer.getInt(header + SegmentFormat.SEGMENT_ID_OFFSET) != id) {
            throw corrupted(id, "has a header that is damaged or of another segment", 0);
        }
        int version = buffer.getInt(header + SegmentFormat.VERSION_OFFSET);
        if (version != SegmentFormat.VERSION) {
            throw new StoreFormatException(pathOf(id), version, SegmentFormat.VERSION);
        }
        segment.kind = Segment.Kind.ofCode(buffer.getInt(header + SegmentFormat.KIND_OFFSET));
        segment.setGeneration(buffer.getLong(header + SegmentFormat.GENERATION_OFFSET));
        segment.previousGeneration =
                buffer.getLong(header + SegmentFormat.PREVIOUS_GENERATION_OFFSET);
        if (segment.kind != Segment.Kind.FREE) {
            if (!isUsable(size)) {
                throw corrupted(id, "has only " + size + " bytes", -1);
            }
            segment.state = Segment.State.SEALED;
        } else {
            segment.state = freeOrVacant(size);
        }
        return segment;
    }

    private Segment.State freeOrVacant(long size) {
        return size < storeFile.segmentSizeBytes() ? Segment.State.VACANT : Segment.State.FREE;
    }

    private boolean isUsable(long size) {
        return size >= storeFile.segmentSizeBytes();
    }

    private StoreCorruptedException corrupted(int id, String what, long offset) {
        Path file = pathOf(id);
        return new StoreCorruptedException(
                file
                        + " "
                        + what
                        + ". Nothing was changed. Restore the store from a backup, or salvage it"
                        + " with KeyValueStore.repair.",
                file,
                offset,
                null);
    }

    /** Returns the file of the hint of a segment. */
    public Path hintPathOf(int id) {
        return storage.directory().resolve(SegmentFormat.hintName(id));
    }

    /** Returns the file of a segment. */
    public Path pathOf(int id) {
        return storage.directory().resolve(SegmentFormat.fileName(id));
    }

    /** Returns the directory the files are in. */
    public Path directory() {
        return storage.directory();
    }

    /** Returns how many bytes the segment files take, hints not counted. */
    public long diskBytes() {
        long bytes = StoreFile.SIZE_BYTES;
        for (Segment segment : segments) {
            bytes += segment.capacityBytes;
        }
        return bytes;
    }

    /** Returns how addresses are packed. */
    public RecordAddress addresses() {
        return addresses;
    }

    /** Returns the segment of an id, which must be one. */
    public Segment get(int id) {
        return segments[id];
    }

    /** Returns the segment of an id, or null if there is none. */
    @Nullable Segment find(int id) {
        Segment[] all = segments; // read once: the table may become shorter
        return id < all.length ? all[id] : null;
    }

    /**
     * Whether compaction has not ended a life of a segment; segments are kept, or the write lock is
     * held. One whose file a backup has too keeps its generation, but not its place, nor its
     * mapping.
     */
    public boolean isInLife(Segment segment, long generation) {
        return find(segment.id) == segment
                && segment.kind != Segment.Kind.FREE
                && segment.generation() == generation;
    }

    /** Returns an id under which a segment may be allocated: that of a vacant one, or the next. */
    int vacantId() {
        for (Segment segment : segments) {
            if (segment.state == Segment.State.VACANT) {
                return segment.id;
            }
        }
        return count();
    }

    /** Returns how many segments there are, those without use included. */
    public int count() {
        return segments.length;
    }

    /** Returns all segments, those without use included. */
    public List<Segment> all() {
        return List.of(segments);
    }

    /**
     * Allocates a file under an id that is vacant or the next one, durably. Called without the
     * write lock: it may take long.
     */
    Segment allocate(int id, long sizeBytes) throws IOException {
        if (id >= addresses.maxSegments()) {
            throw new IOException(
                    "The store has "
                            + id
                            + " segments, the most that can be addressed at this segment size.");
        }
        String name = SegmentFormat.fileName(id);
        Hint.allocate(storage, id);
        MappedRegion region;
        if (storage.size(name) > sizeBytes) {
            // Left behind by a crash. Its size would say something else about it at the next open.
            String temporary = name + ".new";
            storage.delete(temporary);
            region = allocateFile(temporary, id, sizeBytes);
            orUnmap(
                    region,
                    () -> {
                        storage.rename(temporary, name);
                        storage.syncDirectory();
                    });
        } else {
            region = allocateFile(name, id, sizeBytes);
        }
        Segment segment = new Segment(id, region, storeFile.storeId(), (int) sizeBytes);
        if (id >= storeFile.segmentCount()) {
            // The files are durable before the store file demands them: a crash in between leaves
            // a file too many, never one too few.
            orUnmap(region, storage::syncDirectory);
        }
        int header = SegmentFormat.newestCopy(region.buffer());
        segment.setGeneration(region.buffer().getLong(header + SegmentFormat.GENERATION_OFFSET));
        return segment;
    }

    /** Says in the store file, durably, that there are segments up to an id. */
    void demand(int id) throws IOException {
        if (id >= storeFile.segmentCount()) {
            storeFile.setSegmentCount(id + 1);
        }
    }

    /**
     * Allocates a file that says, durably, that it is free, before the store file counts on it. So
     * a header of zeros is always damage, and what it was the header of is not lost unnoticed.
     */
    private MappedRegion allocateFile(String name, int id, long sizeBytes) throws IOException {
        storage.allocate(name, sizeBytes);
        MappedRegion region = storage.map(name, 0, sizeBytes, true);
        Segment before = find(id);
        // A file that is new to the table may have been here before, with a header that looks whole
        // and is not on the disk, if a force of it failed then: it is always written again.
        if (before == null || SegmentFormat.newestCopy(region.buffer()) < 0) {
            long generation = before == null ? 0 : before.generation();
            int free = Segment.Kind.FREE.code;
            orUnmap(
                    region,
                    () -> {
                        if (before == null) {
                            // Left behind by a crash, long ago, and of a later life than this one.
                            Hint.blank(storage, id);
                        }
                        SegmentFormat.write(
                                region.buffer(), free, storeFile.storeId(), generation, 0, id);
                        region.force(0, SegmentFormat.HEADER_SIZE_BYTES);
                    });
        }
        return region;
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Runs what may fail on the way to a segment; it is tried again every second, for ever. */
    private static void orUnmap(MappedRegion region, Step step) throws IOException {
        try {
            step.run();
        } catch (IOException | RuntimeException | Error e) {
            region.unmap();
            throw e;
        }
    }

    /** Puts an allocated segment in its place. Write lock held. */
    void put(Segment segment) {
        Segment[] changed = Arrays.copyOf(segments, Math.max(count(), segment.id + 1));
        changed[segment.id] = segment;
        segments = changed;
    }

    /**
     * Makes the file that takes the place of the next segment whose space is given back: on a full
     * disk that must not need space first.
     *
     * @return whether there is one
     */
    boolean hasSpare() {
        try {
            storage.allocate(SPARE_NAME, VACANT_SIZE_BYTES);
            return true;
        } catch (IOException e) {
            System.getLogger("dev.kvstore")
                    .log(System.Logger.Level.DEBUG, "No space can be given back now.", e);
            return false;
        }
    }

    IOException noSpare(Segment segment) {
        return new IOException(
                "No space left for a file in the place of "
                        + pathOf(segment.id)
                        + ", which a backup has too and which must not be changed");
    }

    /**
     * Gives the space of a free segment back: replaces its file by one that is a header only, so
     * that a missing file still means damage. Called without the write lock, and only if there is a
     * spare. If it fails, the file is the segment's still. If it does not, the segment must not be
     * used again whatever happens: its file has no name any more. {@link #endVacating} has to
     * follow.
     */
    Segment vacate(Segment segment) throws IOException {
        MappedRegion region = storage.map(SPARE_NAME, 0, VACANT_SIZE_BYTES, true);
        Segment vacant = new Segment(segment.id, region, storeFile.storeId(), VACANT_SIZE_BYTES);
        vacant.setGeneration(segment.generation());
        orUnmap(
                region,
                () -> {
                    vacant.end();
                    vacant.state = Segment.State.VACANT;
                    // If we crash before or after this, one file or the other is there, both free.
                    storage.rename(SPARE_NAME, SegmentFormat.fileName(segment.id));
                });
        return vacant;
    }

    /** Makes durable that a segment was vacated. */
    void endVacating(Segment segment) throws IOException {
        storage.delete(SegmentFormat.hintName(segment.id));
        storage.syncDirectory();
    }

    /** Whether the last segment is vacant, and not the only one; write lock held. */
    boolean isLastVacant() {
        int last = count() - 1;
        return last > 0 && segments[last].state == Segment.State.VACANT;
    }

    /** Takes the last segment out of the table if it is vacant; write lock held. */
    boolean dropLastIfVacant() {
        if (!isLastVacant()) {
            return false;
        }
        Segment last = segments[count() - 1];
        // First: a reader who finds the memory gone has to find the segment gone, too.
        segments = Arrays.copyOf(segments, last.id);
        last.unmap();
        return true;
    }

    /** Says in the store file, durably, how many segments there are now. */
    void demandNoMore() throws IOException {
        storeFile.setSegmentCount(count());
    }

    /**
     * Removes the files of the first segment that the store file does not demand. If we crash
     * before this, there is a file too many, which is used again or ignored.
     */
    void deleteDropped() throws IOException {
        storage.delete(SegmentFormat.fileName(count()));
        storage.delete(SegmentFormat.hintName(count()));
        storage.syncDirectory();
    }

    // ---------------------------------------------------------------- recovery's side

    /** Returns the hint of a segment, or null if there is none that is whole. */
    public @Nullable Hint hintOf(Segment segment) throws IOException {
        return Hint.read(storage, segment, storeFile.storeId());
    }

    /**
     * Whether a segment's hint is of a later life than its header: then the header is an old one.
     */
    public boolean isOlderThanItsHint(Segment segment) throws IOException {
        return Hint.generationOf(storage, segment, storeFile.storeId()) > segment.generation();
    }

    /** Returns the generation of the hot tail that the store file names, or 0. */
    public long notedHotGeneration() {
        return storeFile.hotGeneration();
    }

    /** Returns up to which offset the store file says that a segment was on the disk, or 0. */
    public int notedEndOf(Segment segment) {
        return storeFile.endOf(segment);
    }

    /** Takes over what a clean close noted about a segment. */
    public void restore(
            Segment segment,
            Segment.State state,
            boolean filled,
            int tail,
            long liveBytes,
            long tombstoneBytes,
            long deadRecords,
            long tombstoneGeneration,
            long earliestExpiry,
            long latestExpiry,
            long expiringBytes) {
        segment.expirations.set(earliestExpiry, latestExpiry, expiringBytes);
        segment.state = state;
        segment.filled = filled;
        segment.tail = tail;
        segment.forcedTo = tail;
        segment.liveBytes = liveBytes;
        segment.tombstoneBytes = tombstoneBytes;
        segment.deadRecords = deadRecords;
        segment.tombstoneGeneration = tombstoneGeneration;
    }

    /**
     * Makes durable what store file, headers and hints say, and the records that no hint vouches
     * for, before anything is changed on the strength of it. If the last process died of a failed
     * force, the kernel may hold pages as written that never reached the disk: a segment that looks
     * free, or the number of segments, could be another after the next power cut. Storing what is
     * there makes the pages dirty again, so that the force writes them. Records may be read
     * meanwhile.
     */
    public void confirm(List<Judgement> judgements) throws IOException {
        storeFile.confirm();
        for (Segment segment : segments) {
            segment.confirm(SegmentFormat.HEADER_SIZE_BYTES);
        }
        for (Judgement judgement : judgements) {
            if (judgement.hint() != null) {
                Hint.confirm(storage, judgement.segment());
            } else {
                judgement.segment().confirm(judgement.end());
            }
        }
    }

    /**
     * Ends, durably, a segment where recovery found its end, unless its hint says so already. To be
     * called after {@link #confirm(List)}, and after all behind the end of the log was discarded.
     *
     * @param sequence the number of a record that ends the log, if it needs one
     */
    public void settle(Judgement judgement, long sequence, IntToLongFunction hashAt)
            throws IOException {
        Segment segment = judgement.segment();
        segment.tail = judgement.end();
        segment.state = Segment.State.PROVEN;
        Hint hint = judgement.hint();
        if (hint != null) {
            hint.restore(segment.expirations);
        } else {
            boolean isEnded = readExpirations(segment);
            if (segment.kind == Segment.Kind.HOT && !isEnded) {
                end(segment, sequence);
            }
        }
        segment.noteGap();
        segment.filled |= segment.kind == Segment.Kind.COLD && hint != null;
        if (hint == null) {
            HintDraft.of(storage, segment, storeFile.storeId()).write(hashAt);
        }
        segment.forcedTo = segment.tail;
    }

    /** Reads what expires when; returns whether the last record ends the segment. */
    private static boolean readExpirations(Segment segment) {
        boolean isEnded = false;
        RecordScanner scanner = new RecordScanner(segment, segment.tail);
        while (scanner.nextKnown()) {
            isEnded = scanner.flags() == RecordFormat.END;
            if ((scanner.flags() & RecordFormat.EXPIRY) != 0) {
                long expiry = RecordFormat.expiry(segment.buffer, scanner.offset());
                segment.expirations.add(expiry, scanner.size());
            }
        }
        return isEnded;
    }

    /**
     * Writes the record that ends a hot segment, durably, in place of what was cut off: the hint
     * may be removed or damaged later, and then nothing else told the end from a hole.
     */
    private static void end(Segment segment, long sequence) throws IOException {
        int end = segment.tail + RecordFormat.NOTE_RECORD_SIZE_BYTES;
        if (end > segment.capacityBytes) {
            return; // then somebody else has changed it: the room for it is always kept
        }
        RecordFormat.writeNote(
                segment.buffer,
                segment.tail,
                RecordFormat.END,
                0, // the next one is not known yet
                sequence,
                segment.seed(segment.generation()));
        segment.force(segment.tail, end);
        segment.tail = end;
    }

    /** Empties, durably, a segment that lies behind the end of the log. */
    public void discard(Segment segment) throws IOException {
        boolean shared = isShared(segment);
        if (!shared) {
            segment.end();
            Hint.forget(storage, segment.id);
        }
        if (shared || segment.capacityBytes != storeFile.segmentSizeBytes()) {
            if (hasSpare()) { // else an oversized one is given back when there is room for that
                put(vacate(segment));
                segment.unmap();
                endVacating(segment);
            } else if (shared) {
                throw noSpare(segment);
            }
        }
    }

    /** Whether one of the two copies of a header, or of the store file, is not whole. */
    public boolean isACopyLost() {
        boolean lost = storeFile.problem(true) != null;
        for (Segment segment : segments) {
            lost |= SegmentFormat.isOneCopyLost(segment.buffer);
        }
        return lost;
    }

    /**
     * Writes again what of the headers' and the store file's two copies a crash left unfinished:
     * from here on each copy that is not whole is damage.
     */
    public void mendCopies() throws IOException {
        for (Segment segment : segments) {
            segment.mendHeader();
        }
        storeFile.mend();
    }

    /** Returns what is wrong with the store file, or null; see {@link StoreFile#problem}. */
    public @Nullable String storeFileProblem(boolean bothCopies) {
        return storeFile.problem(bothCopies);
    }

    /** Returns the store file. */
    public Path storeFilePath() {
        return storage.directory().resolve(StoreFile.NAME);
    }

    /** Returns whether the file of a segment is as long as it was when it was mapped. */
    public boolean isComplete(Segment segment) throws IOException {
        return storage.size(SegmentFormat.fileName(segment.id)) >= segment.capacityBytes;
    }

    /** Leaves out of account a segment behind the end of the log that must not be changed. */
    public void ignoreReadOnly(Segment segment) {
        segment.kind = Segment.Kind.FREE;
        segment.state = freeOrVacant(segment.capacityBytes);
    }

    /** Takes an image of the log as it is now. Write lock held, segments kept. */
    public LogImage image() {
        return new LogImage(storage, storeFile, this);
    }

    /**
     * Whether changing the file of a segment would change what a backup has. Remembered, because
     * once a segment's file was replaced its name tells nothing of its memory.
     */
    boolean isShared(Segment segment) throws IOException {
        segment.shared |= storage.isShared(SegmentFormat.fileName(segment.id));
        return segment.shared;
    }

    /** Sets where a segment ends that must not be changed. */
    public void settleReadOnly(Judgement judgement) {
        judgement.segment().tail = judgement.end();
        judgement.segment().state = Segment.State.PROVEN;
    }
}
