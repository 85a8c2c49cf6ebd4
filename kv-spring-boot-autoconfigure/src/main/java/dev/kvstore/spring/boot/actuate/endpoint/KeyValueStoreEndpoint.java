package dev.kvstore.spring.boot.actuate.endpoint;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** {@link Endpoint @Endpoint} that shows the figures of the stores. */
@Endpoint(id = "kv")
public class KeyValueStoreEndpoint {

    private final Map<String, KeyValueStore> stores;

    /**
     * Makes an endpoint.
     *
     * @param stores the stores by name
     */
    public KeyValueStoreEndpoint(Map<String, KeyValueStore> stores) {
        this.stores = new LinkedHashMap<>(stores);
    }

    /**
     * Describes all stores.
     *
     * @return the stores by name
     */
    @ReadOperation
    public StoresDescriptor stores() {
        Map<String, StoreDescriptor> descriptors = new LinkedHashMap<>();
        stores.forEach((name, store) -> descriptors.put(name, describe(store)));
        return new StoresDescriptor(descriptors);
    }

    /**
     * Describes one store.
     *
     * @param store the name of the store
     * @return the store, or null if there is none of that name
     */
    @ReadOperation
    public @Nullable StoreDescriptor store(@Selector String store) {
        KeyValueStore found = stores.get(store);
        return found == null ? null : describe(found);
    }

    private static StoreDescriptor describe(KeyValueStore store) {
        try {
            StoreStats stats = store.stats();
            return new StoreDescriptor(stats.state(), stats.failure(), StatsDescriptor.of(stats));
        } catch (StoreClosedException ex) {
            return new StoreDescriptor(StoreState.CLOSED, ex.getMessage(), null);
        }
    }

    /**
     * Description of all stores.
     *
     * @param stores the stores by name
     */
    public record StoresDescriptor(Map<String, StoreDescriptor> stores)
            implements OperationResponseBody {}

    /**
     * Description of a store.
     *
     * @param state what the store can do
     * @param failure why it cannot do everything, or null if it can
     * @param stats its figures, or null if it is closed
     */
    public record StoreDescriptor(
            StoreState state, @Nullable String failure, @Nullable StatsDescriptor stats)
            implements OperationResponseBody {}

    /**
     * Figures of a store, those of {@link StoreStats} in a form fit for JSON.
     *
     * @param dataPath the directory of the store, absolute
     * @param durability what writes survive
     * @param keys the number of keys
     * @param liveBytes bytes of the records that hold the keys' present values
     * @param garbageBytes bytes of records that compaction can drop or has yet to judge
     * @param garbageRatio the share of the log that is garbage, from 0 to 1
     * @param indexBytes bytes of the index file
     * @param diskBytes bytes of all files of the store
     * @param freeDiskBytes bytes that may still be written on its disk, as of some seconds ago, or
     *     null if the store did not look
     * @param freeDiskFloorBytes bytes of the disk that the store leaves free
     * @param segments the number of segments that hold records
     * @param freeSegments the number of segments ready to be written
     * @param writtenBytes bytes of records written by callers since opening
     * @param relocatedBytes bytes of records written by compaction since opening
     * @param hintBytes bytes of the lists of keys that are written when a segment is full
     * @param allocatedBytes bytes of zeros written to new segment files since opening
     * @param hits the number of keys looked up since opening that were there
     * @param misses the number of keys looked up since opening that were not there
     * @param sets the number of values written since opening
     * @param deletes the number of keys deleted since opening
     * @param expirations the number of keys removed by compaction since opening because their time
     *     to live had passed
     * @param forces how often the log was forced to disk since opening
     * @param forceTime how long that took altogether
     * @param lastSequence the sequence number of the newest record
     * @param compactions the number of compactions that did something since opening
     * @param compactionTime how long those took altogether
     * @param compactionFailures the number of compactions that failed since opening
     * @param reclaimedBytes bytes of garbage that compaction removed since opening
     * @param recovery what opening found and did
     */
    public record StatsDescriptor(
            String dataPath,
            Durability durability,
            long keys,
            long liveBytes,
            long garbageBytes,
            double garbageRatio,
            long indexBytes,
            long diskBytes,
            @Nullable Long freeDiskBytes,
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

        static StatsDescriptor of(StoreStats stats) {
            return new StatsDescriptor(
                    stats.dataPath().toString(),
                    stats.durability(),
                    stats.keys(),
                    stats.liveBytes(),
                    stats.garbageBytes(),
                    stats.garbageRatio(),
                    stats.indexBytes(),
                    stats.diskBytes(),
                    stats.freeDiskBytes() < 0 ? null : stats.freeDiskBytes(),
                    stats.freeDiskFloorBytes(),
                    stats.segments(),
                    stats.freeSegments(),
                    stats.writtenBytes(),
                    stats.relocatedBytes(),
                    stats.hintBytes(),
                    stats.allocatedBytes(),
                    stats.hits(),
                    stats.misses(),
                    stats.sets(),
                    stats.deletes(),
                    stats.expirations(),
                    stats.forces(),
                    stats.forceTime(),
                    stats.lastSequence(),
                    stats.compactions(),
                    stats.compactionTime(),
                    stats.compactionFailures(),
                    stats.reclaimedBytes(),
                    stats.recovery());
        }
    }
}
