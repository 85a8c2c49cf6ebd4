package dev.kvstore;

import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import dev.kvstore.internal.engine.StoreRepair;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options of a store, and the door to open it. Each option but the data path has a default that
 * is safe. Not safe for use by several threads at a time; may open several stores in turn.
 */
public final class KeyValueStoreBuilder {

    /** Default of {@link #segmentSizeBytes(long)}: 16 MiB. */
    public static final long DEFAULT_SEGMENT_SIZE_BYTES = 16L << 20;

    /** Default of {@link #maxValueSizeBytes(int)}: 256 MiB. */
    public static final int DEFAULT_MAX_VALUE_SIZE_BYTES = 256 << 20;

    /** The longest key of all, in bytes: 65,535. */
    public static final int MAX_KEY_SIZE_BYTES = 65_535;

    private static final long MIN_SEGMENT_SIZE_BYTES = 64L << 10;
    private static final long MAX_SEGMENT_SIZE_BYTES = 1L << 30;
    private static final int LARGEST_VALUE_SIZE_BYTES = 1 << 30;

    private @Nullable Path dataPath;
    private @Nullable Path indexPath;
    private Durability durability = Durability.SYNC;
    private Duration forceInterval = Duration.ofSeconds(1);
    private long segmentSizeBytes = DEFAULT_SEGMENT_SIZE_BYTES;
    private int maxKeySizeBytes = MAX_KEY_SIZE_BYTES;
    private int maxValueSizeBytes = DEFAULT_MAX_VALUE_SIZE_BYTES;
    private boolean backgroundCompaction = true;
    private Duration compactionInterval = Duration.ofSeconds(10);
    private double compactionGarbageRatio = 0.4;
    private long compactionRateLimitBytesPerSecond;
    private boolean readOnly;
    private boolean verifyChecksums = true;
    private long freeDiskFloorBytes = 64L << 20;
    private Clock clock = Clock.systemUTC();

    KeyValueStoreBuilder() {}

    /**
     * Sets the directory of the store's files; it is created if it does not exist. Required.
     *
     * @param dataPath the directory
     * @return this builder
     */
    public KeyValueStoreBuilder dataPath(Path dataPath) {
        this.dataPath = Objects.requireNonNull(dataPath, "dataPath");
        return this;
    }

    /**
     * Sets the index file. Default: {@code index.kvi} in the data directory. Its directory is
     * created if it does not exist. The index can always be rebuilt from the data, so it may live
     * on a faster or less durable disk.
     *
     * @param indexPath the file, not a directory
     * @return this builder
     */
    public KeyValueStoreBuilder indexPath(Path indexPath) {
        this.indexPath = Objects.requireNonNull(indexPath, "indexPath");
        return this;
    }

    /**
     * Sets what a write that has returned survives. Default: {@link Durability#SYNC}.
     *
     * @param durability the mode
     * @return this builder
     */
    public KeyValueStoreBuilder durability(Durability durability) {
        this.durability = Objects.requireNonNull(durability, "durability");
        return this;
    }

    /**
     * Sets how often {@link Durability#INTERVAL} forces the log. Default: 1 second.
     *
     * @param forceInterval 1 ms to 1 hour
     * @return this builder
     * @throws LimitExceededException if out of range
     */
    public KeyValueStoreBuilder forceInterval(Duration forceInterval) {
        this.forceInterval = requireDuration("forceInterval", forceInterval, Duration.ofHours(1));
        return this;
    }

    /**
     * Sets the size of a segment file. It is fixed when a store is created and ignored later.
     * Default: 16 MiB.
     *
     * @param segmentSizeBytes 64 KiB to 1 GiB; a multiple of 4,096
     * @return this builder
     * @throws LimitExceededException if out of range or no multiple of 4,096
     */
    public KeyValueStoreBuilder segmentSizeBytes(long segmentSizeBytes) {
        requireRange(
                "segmentSizeBytes",
                segmentSizeBytes,
                MIN_SEGMENT_SIZE_BYTES,
                MAX_SEGMENT_SIZE_BYTES);
        if (segmentSizeBytes % 4096 != 0) {
            throw new LimitExceededException(
                    "segmentSizeBytes must be a multiple of 4096, but is " + segmentSizeBytes + ".",
                    segmentSizeBytes,
                    4096);
        }
        this.segmentSizeBytes = segmentSizeBytes;
        return this;
    }

    /**
     * Sets the longest key that may be written. Default: 65,535 bytes, the longest of all.
     *
     * @param maxKeySizeBytes 1 to 65,535
     * @return this builder
     * @throws LimitExceededException if out of range
     */
    public KeyValueStoreBuilder maxKeySizeBytes(int maxKeySizeBytes) {
        requireRange("maxKeySizeBytes", maxKeySizeBytes, 1, MAX_KEY_SIZE_BYTES);
        this.maxKeySizeBytes = maxKeySizeBytes;
        return this;
    }

    /**
     * Sets the longest value that may be written. A value larger than a segment gets a segment of
     * its own. Default: 256 MiB.
     *
     * @param maxValueSizeBytes 0 to 1 GiB
     * @return this builder
     * @throws LimitExceededException if out of range
     */
    public KeyValueStoreBuilder maxValueSizeBytes(int maxValueSizeBytes) {
        requireRange("maxValueSizeBytes", maxValueSizeBytes, 0, LARGEST_VALUE_SIZE_BYTES);
        this.maxValueSizeBytes = maxValueSizeBytes;
        return this;
    }

    /**
     * Sets whether compaction runs in the background. {@link KeyValueStore#compact()} works either
     * way. Default: true.
     *
     * @param backgroundCompaction whether it does
     * @return this builder
     */
    public KeyValueStoreBuilder backgroundCompaction(boolean backgroundCompaction) {
        this.backgroundCompaction = backgroundCompaction;
        return this;
    }

    /**
     * Sets how often background compaction looks whether there is enough garbage; it also looks
     * when a segment is full. Default: 10 seconds.
     *
     * @param compactionInterval 1 ms to 365 days
     * @return this builder
     * @throws LimitExceededException if out of range
     */
    public KeyValueStoreBuilder compactionInterval(Duration compactionInterval) {
        this.compactionInterval =
                requireDuration("compactionInterval", compactionInterval, Duration.ofDays(365));
        return this;
    }

    /**
     * Sets the share of garbage above which background compaction works: of the space of the full
     * segments, so that it is not quite {@link StoreStats#garbageRatio()}. When nobody writes any
     * more it works above two fifths of that. Default: 0.4.
     *
     * @param compactionGarbageRatio 0.05 to 0.95: the lower, the less disk and the more copying
     * @return this builder
     * @throws LimitExceededException if out of range
     */
    public KeyValueStoreBuilder compactionGarbageRatio(double compactionGarbageRatio) {
        if (!(compactionGarbageRatio >= 0.05 && compactionGarbageRatio <= 0.95)) {
            throw new LimitExceededException(
                    "compactionGarbageRatio must be from 0.05 to 0.95, but is "
                            + compactionGarbageRatio
                            + ".",
                    Math.round(compactionGarbageRatio),
                    1);
        }
        this.compactionGarbageRatio = compactionGarbageRatio;
        return this;
    }

    /**
     * Sets how many bytes a second background compaction may read. {@link KeyValueStore#compact()}
     * is not limited, nor is what it has to wait for. Default: 0.
     *
     * @param bytesPerSecond the rate, or 0 for no limit
     * @return this builder
     * @throws LimitExceededException if negative
     */
    public KeyValueStoreBuilder compactionRateLimitBytesPerSecond(long bytesPerSecond) {
        requireRange("compactionRateLimitBytesPerSecond", bytesPerSecond, 0, Long.MAX_VALUE);
        this.compactionRateLimitBytesPerSecond = bytesPerSecond;
        return this;
    }

    /**
     * Sets whether the store is opened for reading only. Such a store must exist; nothing on disk
     * is changed, and several may be open at a time, but none beside a writing one. What a killed
     * process had written shows, also if it had not acknowledged it: a power cut may still take
     * that back. Default: false.
     *
     * @param readOnly whether it is
     * @return this builder
     */
    public KeyValueStoreBuilder readOnly(boolean readOnly) {
        this.readOnly = readOnly;
        return this;
    }

    /**
     * Sets whether each read of a value checks the record's checksum. Default: true. Compaction,
     * scans, and an open that reads records check always.
     *
     * @param verifyChecksums whether reads do
     * @return this builder
     */
    public KeyValueStoreBuilder verifyChecksums(boolean verifyChecksums) {
        this.verifyChecksums = verifyChecksums;
        return this;
    }

    /**
     * Sets how much of the disk is to be left free: a new segment is allocated only if this much
     * remains. Below it writes are refused with {@link StoreFullException} and go on by themselves
     * once there is room. Default: 64 MiB.
     *
     * @param freeDiskFloorBytes 0 or more
     * @return this builder
     * @throws LimitExceededException if negative
     */
    public KeyValueStoreBuilder freeDiskFloorBytes(long freeDiskFloorBytes) {
        requireRange("freeDiskFloorBytes", freeDiskFloorBytes, 0, Long.MAX_VALUE);
        this.freeDiskFloorBytes = freeDiskFloorBytes;
        return this;
    }

    /**
     * Sets the clock that times to live are measured by. Default: the system's.
     *
     * @param clock the clock
     * @return this builder
     */
    public KeyValueStoreBuilder clock(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /**
     * Opens the store, creating it if it does not exist and is not to be read-only.
     *
     * @return the open store
     * @throws IllegalStateException if no data path was set
     * @throws StoreLockedException if the store is open already, here or in another process
     * @throws StoreCorruptedException if stored data fails its checks
     * @throws StoreFormatException if a later release has written the store
     * @throws StoreFullException if the disk has no room for the store's files
     * @throws KeyValueStoreException if the directory cannot be used for another reason
     */
    public KeyValueStore open() {
        if (dataPath == null) {
            throw new IllegalStateException("No data path was set. Call dataPath first.");
        }
        return StoreOpener.open(
                new StoreOptions(
                        dataPath,
                        indexPath,
                        durability,
                        forceInterval,
                        segmentSizeBytes,
                        maxKeySizeBytes,
                        maxValueSizeBytes,
                        new CompactionOptions(
                                backgroundCompaction,
                                compactionInterval,
                                compactionGarbageRatio,
                                compactionRateLimitBytesPerSecond),
                        readOnly,
                        verifyChecksums,
                        freeDiskFloorBytes,
                        clock));
    }

    static RepairReport repair(Path source, Path target) {
        return StoreRepair.run(
                Objects.requireNonNull(source, "source"), Objects.requireNonNull(target, "target"));
    }

    private static void requireRange(String option, long actual, long min, long max) {
        if (actual < min || actual > max) {
            throw new LimitExceededException(
                    option + " must be from " + min + " to " + max + ", but is " + actual + ".",
                    actual,
                    actual < min ? min : max);
        }
    }

    private static Duration requireDuration(String option, Duration actual, Duration max) {
        Duration min = Duration.ofMillis(1);
        if (actual.compareTo(min) < 0 || actual.compareTo(max) > 0) {
            throw new LimitExceededException(
                    option + " must be from " + min + " to " + max + ", but is " + actual + ".",
                    actual.isNegative() ? -1 : actual.toSeconds(),
                    actual.compareTo(min) < 0 ? 0 : max.toSeconds());
        }
        return actual;
    }
}
