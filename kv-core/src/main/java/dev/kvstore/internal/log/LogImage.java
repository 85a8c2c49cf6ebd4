package dev.kvstore.internal.log;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongBiFunction;

/**
 * The log as it was at one moment, and how it is written to another directory: every write up to
 * that moment, and none after it. What was written stays where it is as long as segments are kept
 * from being retired (see {@link Log#keepingSegments()}).
 *
 * <p>All that the copy has is durable before it becomes a store. So each of its segments gets a
 * hint, also the one that was being written, and no damage to it can pass for an unfinished write.
 */
public final class LogImage {

    /**
     * A segment in use.
     *
     * @param segment the segment as of the moment
     * @param proven whether it was full and on the disk
     */
    private record Part(Segment segment, long previousGeneration, boolean proven) {}

    private final Storage storage;
    private final StoreFile storeFile;
    private final SegmentTable segments;
    private final List<Part> parts = new ArrayList<>();
    private int linkedCount;

    /** Takes the image. Write lock held, segments kept. */
    LogImage(Storage storage, StoreFile storeFile, SegmentTable segments) {
        this.storage = storage;
        this.storeFile = storeFile;
        this.segments = segments;
        for (Segment segment : segments.all()) {
            if (segment.kind != Segment.Kind.FREE) {
                int tail = segment.settledTail();
                parts.add(
                        new Part(
                                segment.asOf(segment.kind, segment.generation(), tail),
                                segment.previousGeneration,
                                segment.state == Segment.State.PROVEN));
            }
        }
    }

    /** Returns how many segments there are. */
    public int segmentCount() {
        return parts.size();
    }

    /** Returns how many of them were not copied but linked. */
    public int linkedCount() {
        return linkedCount;
    }

    /** Returns the bytes of all records. */
    public long bytes() {
        return parts.stream().mapToLong(part -> part.segment().usedBytes()).sum();
    }

    /**
     * Writes the segments, durably but for their names.
     *
     * @param hashAt hashes the key of the record at an offset of a segment
     * @param checkOpen called now and then, to throw if the store is closed
     */
    public void writeSegments(
            Storage target, ToLongBiFunction<Segment, Integer> hashAt, Runnable checkOpen)
            throws IOException {
        int next = 0;
        for (Part part : parts) {
            checkOpen.run();
            for (; next < part.segment().id; next++) {
                writeVacant(target, next);
            }
            next++;
            RecordScanner scanner = part.segment().readFigures();
            if (scanner.problem() != null) {
                throw corrupted(part.segment(), scanner);
            }
            if (!link(part, target)) {
                copy(part, target);
            }
            HintDraft.of(target, part.segment(), storeFile.storeId())
                    .write(offset -> hashAt.applyAsLong(part.segment(), offset));
        }
    }

    /** Writes a segment without use, so that none is missing. */
    private void writeVacant(Storage target, int id) throws IOException {
        String name = SegmentFormat.fileName(id);
        target.allocate(name, SegmentTable.VACANT_SIZE_BYTES);
        MappedRegion region = target.map(name, 0, SegmentTable.VACANT_SIZE_BYTES, true);
        try {
            int size = SegmentTable.VACANT_SIZE_BYTES;
            new Segment(id, region, storeFile.storeId(), size).end();
        } finally {
            region.unmap();
        }
    }

    /** Makes what was written a store, durably. */
    public void finish(Storage target) throws IOException {
        int count = parts.isEmpty() ? 0 : parts.get(parts.size() - 1).segment().id + 1;
        storeFile.copyTo(target, count);
    }

    /**
     * Shares the file of a segment that nobody writes any more. Compaction does not empty a shared
     * file when it retires the segment, but puts another one in its place.
     */
    private boolean link(Part part, Storage target) throws IOException {
        Segment segment = part.segment();
        boolean linked =
                part.proven()
                        && segments.hintOf(segment) != null
                        && storage.link(SegmentFormat.fileName(segment.id), target);
        linkedCount += linked ? 1 : 0;
        return linked;
    }

    private void copy(Part part, Storage target) throws IOException {
        Segment original = part.segment();
        String name = SegmentFormat.fileName(original.id);
        target.allocate(name, original.capacityBytes);
        MappedRegion region = target.map(name, 0, original.capacityBytes, true);
        try {
            Segment copy =
                    new Segment(original.id, region, storeFile.storeId(), original.capacityBytes);
            copy.beginCopy(original, part.previousGeneration());
            copy.force(0, copy.tail);
        } finally {
            region.unmap();
        }
    }

    private StoreCorruptedException corrupted(Segment segment, RecordScanner scanner) {
        Path file = segments.pathOf(segment.id);
        return new StoreCorruptedException(
                file
                        + " has "
                        + scanner.problem()
                        + " at offset "
                        + scanner.end()
                        + ". The backup was given up. Close the store and repair it, or restore it"
                        + " from an earlier backup.",
                file,
                scanner.end(),
                null);
    }
}
