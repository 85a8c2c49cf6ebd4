package dev.kvstore;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Figures about a store at one moment. Sizes are in bytes; counts of operations, bytes written and
 * times are sums since the store was opened, and never become less before it is opened again.
 *
 * @param state what the store can do
 * @param failure why the state is {@link StoreState#FAILED} or {@link StoreState#FULL}, else null
 * @param dataPath the directory of the store, absolute
 * @param durability what writes survive
 * @param keys the number of keys, as {@link KeyValueStore#size()}
 * @param liveBytes bytes of the records, headers included, that hold the keys' present values
 * @param garbageBytes bytes of records that compaction can drop or has yet to judge: replaced
 *     values, tombstones and the log's own notes
 * @param indexBytes bytes of the index file
 * @param diskBytes bytes of all files of the store as allocated, prepared and free segments
 *     included
 * @param freeDiskBytes bytes that this process may still write on the disk of the store, as the
 *     store saw them some seconds ago; -1 if it did not look, as when it is read-only
 * @param freeDiskFloorBytes bytes of the disk that the store leaves free
 * @param segments the number of segments that hold records
 * @param freeSegments the number of segments allocated and empty, ready to be written
 * @param writtenBytes bytes of records appended for callers since opening
 * @param relocatedBytes bytes of records appended by compaction since opening: copies, and
 *     tombstones of what has expired; write amplification of the log is {@code (writtenBytes +
 *     relocatedBytes) / writtenBytes}
 * @param hintBytes bytes of hints, the lists of keys that are written when a segment is full
 * @param allocatedBytes bytes of new segment files, which are written with zeros before use;
 *     segments that are used again need none
 * @param hits the number of keys looked up, by {@code get}, {@code getAll} and {@code contains},
 *     that were there
 * @param misses the number of keys looked up that were not there
 * @param sets the number of values written
 * @param deletes the number of keys deleted by callers
 * @param expirations the number of keys removed by compaction because their time to live had
 *     passed; they were absent for readers before that
 * @param forces how often the log was forced to disk for writes; one force may serve many
 * @param forceTime how long that took altogether
 * @param lastSequence the sequence number of the newest record; it grows by at least one with each
 *     write over the life of the store
 * @param compactions the number of compactions that did something
 * @param compactionTime how long those took altogether
 * @param compactionFailures the number of compactions that failed
 * @param reclaimedBytes bytes of garbage that compaction removed from the log
 * @param recovery what opening found and did
 */
public record StoreStats(
        StoreState state,
        @Nullable String failure,
        Path dataPath,
        Durability durability,
        long keys,
        long liveBytes,
        long garbageBytes,
        long indexBytes,
        long diskBytes,
        long freeDiskBytes,
        long freeDiskFloorBytes,
        int segments,
        int freeSegments,
        long writtenBytes,
        long relocatedBytes,
        long hintBytes,
        long allocatedBytes,
        long hits,
        long misses,
        long sets,
        long deletes,
        long expirations,
        long forces,
        Duration forceTime,
        long lastSequence,
        long compactions,
        Duration compactionTime,
        long compactionFailures,
        long reclaimedBytes,
        RecoveryReport recovery) {

    /**
     * Returns the share of the log that is garbage.
     *
     * @return {@code garbageBytes / (liveBytes + garbageBytes)}, 0 to 1; 0 for an empty log
     */
    public double garbageRatio() {
        long total = liveBytes + garbageBytes;
        return total == 0 ? 0 : (double) garbageBytes / total;
    }
}
