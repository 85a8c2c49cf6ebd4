package dev.kvstore.internal.engine;

import dev.kvstore.Durability;
import dev.kvstore.internal.compaction.CompactionOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@link dev.kvstore.KeyValueStoreBuilder}, which documents and checks them.
 *
 * @param dataPath the directory of the store
 * @param indexPath the index file, or null for the default
 * @param durability what a write survives
 * @param forceInterval how often to force, if that is by the clock
 * @param segmentSizeBytes the segment size of a new store
 * @param maxKeySizeBytes the longest key
 * @param maxValueSizeBytes the longest value
 * @param compaction how compaction works
 * @param readOnly whether nothing may be changed
 * @param verifyChecksums whether reads check
 * @param freeDiskFloorBytes what is to stay free on the disk
 * @param clock what times to live are measured by
 */
public record StoreOptions(
        Path dataPath,
        @Nullable Path indexPath,
        Durability durability,
        Duration forceInterval,
        long segmentSizeBytes,
        int maxKeySizeBytes,
        int maxValueSizeBytes,
        CompactionOptions compaction,
        boolean readOnly,
        boolean verifyChecksums,
        long freeDiskFloorBytes,
        Clock clock) {}
