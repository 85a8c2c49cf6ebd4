package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.Durability;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * Properties of the default store, each option of its builder that a text can express, and of
 * further stores.
 */
@ConfigurationProperties("kv")
public class KeyValueStoreProperties {

    // The paths are strings: Spring would look for a relative Path on the class path first, and so
    // put the store among the compiled classes of an application that has a directory of that name.

    /** Directory of the store's files, created if it does not exist. Required. */
    private @Nullable String dataPath;

    /** Index file. Defaults to 'index.kvi' in the data directory. */
    private @Nullable String indexPath;

    /** What a write that has returned survives. */
    private Durability durability = Durability.SYNC;

    /** How often the log is forced to disk. Used with durability 'interval' only. */
    private Duration forceInterval = Duration.ofSeconds(1);

    /** Size of a segment file, from 64KB to 1GB in steps of 4KB. Fixed once a store exists. */
    private DataSize segmentSize = DataSize.ofMegabytes(16);

    /** Longest key that may be written, up to 65535B. */
    private DataSize maxKeySize = DataSize.ofBytes(65535);

    /** Longest value that may be written, up to 1GB. */
    private DataSize maxValueSize = DataSize.ofMegabytes(256);

    /** Whether to open the store for reading only. It must exist then. */
    private boolean readOnly;

    /** Whether each read checks the checksum of what it read. */
    private boolean verifyChecksums = true;

    /** Disk space to be left free. Writes that would take from it are refused. */
    private DataSize freeDiskFloor = DataSize.ofMegabytes(64);

    private final Compaction compaction = new Compaction();

    /** Further stores by name. What is not set for one of them is as set under 'kv'. */
    private final Map<String, Store> stores = new LinkedHashMap<>();

    /** Makes properties with the defaults. */
    public KeyValueStoreProperties() {}

    public @Nullable String getDataPath() {
        return dataPath;
    }

    public void setDataPath(@Nullable String dataPath) {
        this.dataPath = dataPath;
    }

    public @Nullable String getIndexPath() {
        return indexPath;
    }

    public void setIndexPath(@Nullable String indexPath) {
        this.indexPath = indexPath;
    }

    public Durability getDurability() {
        return durability;
    }

    public void setDurability(Durability durability) {
        this.durability = durability;
    }

    public Duration getForceInterval() {
        return forceInterval;
    }

    public void setForceInterval(Duration forceInterval) {
        this.forceInterval = forceInterval;
    }

    public DataSize getSegmentSize() {
        return segmentSize;
    }

    public void setSegmentSize(DataSize segmentSize) {
        this.segmentSize = segmentSize;
    }

    public DataSize getMaxKeySize() {
        return maxKeySize;
    }

    public void setMaxKeySize(DataSize maxKeySize) {
        this.maxKeySize = maxKeySize;
    }

    public DataSize getMaxValueSize() {
        return maxValueSize;
    }

    public void setMaxValueSize(DataSize maxValueSize) {
        this.maxValueSize = maxValueSize;
    }

    public boolean isReadOnly() {
        return readOnly;
    }

    public void setReadOnly(boolean readOnly) {
        this.readOnly = readOnly;
    }

    public boolean isVerifyChecksums() {
        return verifyChecksums;
    }

    public void setVerifyChecksums(boolean verifyChecksums) {
        this.verifyChecksums = verifyChecksums;
    }

    public DataSize getFreeDiskFloor() {
        return freeDiskFloor;
    }

    public void setFreeDiskFloor(DataSize freeDiskFloor) {
        this.freeDiskFloor = freeDiskFloor;
    }

    public Compaction getCompaction() {
        return compaction;
    }

    public Map<String, Store> getStores() {
        return stores;
    }

    /** The default store's properties in the form of those of the others. */
    Store asStore() {
        return new Store(
                dataPath,
                indexPath,
                durability,
                forceInterval,
                segmentSize,
                maxKeySize,
                maxValueSize,
                readOnly,
                verifyChecksums,
                freeDiskFloor,
                new Store.Compaction(
                        compaction.isEnabled(),
                        compaction.getInterval(),
                        compaction.getGarbageRatio(),
                        compaction.getRateLimit()));
    }

    /** Properties of compaction in the background. */
    public static class Compaction {

        /** Whether to compact in the background. Compaction by call works either way. */
        private boolean enabled = true;

        /** How often to look whether there is enough garbage to compact. */
        private Duration interval = Duration.ofSeconds(10);

        /** Share of garbage in the log above which to compact, from 0.05 to 0.95. */
        private double garbageRatio = 0.4;

        /** Amount of data to read per second at most when compacting. Use 0 for no limit. */
        private DataSize rateLimit = DataSize.ofBytes(0);

        /** Makes properties with the defaults. */
        public Compaction() {}

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public Duration getInterval() {
            return interval;
        }

        public void setInterval(Duration interval) {
            this.interval = interval;
        }

        public double getGarbageRatio() {
            return garbageRatio;
        }

        public void setGarbageRatio(double garbageRatio) {
            this.garbageRatio = garbageRatio;
        }

        public DataSize getRateLimit() {
            return rateLimit;
        }

        public void setRateLimit(DataSize rateLimit) {
            this.rateLimit = rateLimit;
        }
    }

    /**
     * Properties of a further store. What is null is as set under 'kv', but for the paths.
     *
     * @param dataPath Directory of the store's files, created if it does not exist. Defaults to
     *     'stores' and the name of the store in 'kv.data-path'.
     * @param indexPath Index file. Defaults to 'index.kvi' in the data directory.
     * @param durability What a write that has returned survives.
     * @param forceInterval How often the log is forced to disk. Used with durability 'interval'
     *     only.
     * @param segmentSize Size of a segment file, from 64KB to 1GB in steps of 4KB. Fixed once a
     *     store exists.
     * @param maxKeySize Longest key that may be written, up to 65535B.
     * @param maxValueSize Longest value that may be written, up to 1GB.
     * @param readOnly Whether to open the store for reading only. It must exist then.
     * @param verifyChecksums Whether each read checks the checksum of what it read.
     * @param freeDiskFloor Disk space to be left free. Writes that would take from it are refused.
     * @param compaction Compaction in the background.
     */
    public record Store(
            @Nullable String dataPath,
            @Nullable String indexPath,
            @Nullable Durability durability,
            @Nullable Duration forceInterval,
            @Nullable DataSize segmentSize,
            @Nullable DataSize maxKeySize,
            @Nullable DataSize maxValueSize,
            @Nullable Boolean readOnly,
            @Nullable Boolean verifyChecksums,
            @Nullable DataSize freeDiskFloor,
            @Nullable Compaction compaction) {

        /** A store of which nothing is set. */
        static final Store EMPTY =
                new Store(null, null, null, null, null, null, null, null, null, null, null);

        Store withDataPath(@Nullable String dataPath) {
            return new Store(
                    dataPath,
                    indexPath,
                    durability,
                    forceInterval,
                    segmentSize,
                    maxKeySize,
                    maxValueSize,
                    readOnly,
                    verifyChecksums,
                    freeDiskFloor,
                    compaction);
        }

        /**
         * Properties of compaction in the background.
         *
         * @param enabled Whether to compact in the background. Compaction by call works either way.
         * @param interval How often to look whether there is enough garbage to compact.
         * @param garbageRatio Share of garbage in the log above which to compact, from 0.05 to
         *     0.95.
         * @param rateLimit Amount of data to read per second at most when compacting. Use 0 for no
         *     limit.
         */
        public record Compaction(
                @Nullable Boolean enabled,
                @Nullable Duration interval,
                @Nullable Double garbageRatio,
                @Nullable DataSize rateLimit) {}
    }
}
