package dev.kvstore.internal.log;

import dev.kvstore.testing.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log whose segments are used in turn, as if compaction emptied each at once.
 *
 * <p><b>Threads:</b> one writes; the log is read by anybody.
 */
public final class RecyclingLog {

    private static final int SEGMENT_SIZE_BYTES = 8 << 10;
    private static final int SEGMENTS = 3;

    private final Log log;
    private final Segment[] segments = new Segment[SEGMENTS];
    private long generation;
    private Records records;

    public RecyclingLog() {
        try {
            MemoryStorage storage = new MemoryStorage(Path.of("/memory"));
            StoreFile storeFile = StoreFile.create(storage, SEGMENT_SIZE_BYTES);
            SegmentTable table = SegmentTable.open(storage, storeFile, true);
            for (int id = 0; id < SEGMENTS; id++) {
                segments[id] = table.allocate(id, SEGMENT_SIZE_BYTES);
                table.put(segments[id]);
            }
            log =
                    new Log(
                            storage,
                            storeFile,
                            table,
                            new ReentrantLock(),
                            position -> {},
                            new NothingToPrepare(),
                            address -> 0,
                            0,
                            false);
            records = beginNext();
        } catch (IOException e) {
            throw new AssertionError("There is no disk that could fail.", e);
        }
    }

    public Log log() {
        return log;
    }

    /** Begins another life of the segment that was begun longest ago. */
    public void recycle() {
        records = beginNext();
    }

    private Records beginNext() {
        Segment next = current(++generation);
        next.begin(Segment.Kind.HOT, generation, generation - 1);
        return Records.to(next);
    }

    private Segment current(long ofGeneration) {
        return segments[(int) (ofGeneration % SEGMENTS)];
    }

    /** Whether so many records with short keys and values of such a size fit the segment. */
    public boolean fits(int count, int valueSize) {
        long size = count * RecordFormat.size(0, 100, valueSize);
        return current(generation).tail + size <= SEGMENT_SIZE_BYTES;
    }

    /** Appends a record and returns its address. */
    public long append(String key, String value) {
        int offset = records.value(key, value);
        return log.addresses().of(current(generation).id, offset);
    }

    private record NothingToPrepare() implements Log.Preparation {

        @Override
        public boolean isWanted() {
            return false;
        }

        @Override
        public void prepare() {
            throw new AssertionError("Nobody asked for it.");
        }

        @Override
        public void beginChange() {
            // There is no index that could be believed.
        }
    }
}
