package dev.kvstore.spring.boot.health;

import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.util.Assert;

/**
 * {@link HealthIndicator} of a {@link KeyValueStore}: down when it is closed or an I/O error has
 * stopped writes, out of service while the disk is full. It asks the store for figures that the
 * store has at hand, so it takes microseconds and touches no disk.
 */
public class KeyValueStoreHealthIndicator extends AbstractHealthIndicator {

    private final KeyValueStore store;

    /**
     * Makes an indicator.
     *
     * @param store the store to tell the health of
     */
    public KeyValueStoreHealthIndicator(KeyValueStore store) {
        super("Key-value store health check failed");
        Assert.notNull(store, "'store' must not be null");
        this.store = store;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        try {
            addStats(builder, store.stats());
            addCompaction(builder, store.compactionStatus());
        } catch (StoreClosedException ex) {
            builder.down().withDetail("state", StoreState.CLOSED);
            builder.withDetail("reason", ex.getMessage());
        }
    }

    private static void addStats(Health.Builder builder, StoreStats stats) {
        switch (stats.state()) {
            case OPEN, READ_ONLY -> builder.up();
            case FULL -> builder.outOfService();
            case FAILED, CLOSED -> builder.down();
        }
        builder.withDetail("state", stats.state());
        if (stats.failure() != null) {
            builder.withDetail("reason", stats.failure());
        } else if (stats.state() == StoreState.CLOSED) {
            builder.withDetail("reason", "The store is closed.");
        }
        builder.withDetail("path", stats.dataPath().toString())
                .withDetail("durability", stats.durability())
                .withDetail("keys", stats.keys())
                .withDetail("liveBytes", stats.liveBytes())
                .withDetail("diskBytes", stats.diskBytes())
                .withDetail("garbageRatio", stats.garbageRatio())
                .withDetail("segments", stats.segments())
                .withDetail("recovery", describe(stats.recovery()));
        if (stats.freeDiskBytes() >= 0) {
            builder.withDetail("freeDiskBytes", stats.freeDiskBytes());
        }
        builder.withDetail("freeDiskFloorBytes", stats.freeDiskFloorBytes());
    }

    private static void addCompaction(Health.Builder builder, CompactionStatus status) {
        Map<String, Object> compaction = new LinkedHashMap<>();
        compaction.put("running", status.running());
        CompactionReport last = status.lastReport();
        if (last != null || status.lastFailure() != null) {
            compaction.put("lastOutcome", status.lastFailure() == null ? "COMPLETED" : "FAILED");
        }
        if (last != null) {
            compaction.put("lastStartedAt", last.startedAt().toString());
            compaction.put("lastDuration", last.duration().toString());
            compaction.put("lastBytesReclaimed", last.bytesReclaimed());
        }
        if (status.lastFailure() != null) {
            compaction.put("lastFailure", status.lastFailure());
        }
        builder.withDetail("compaction", compaction);
    }

    private static Map<String, Object> describe(RecoveryReport recovery) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("created", recovery.created());
        details.put("clean", recovery.clean());
        details.put("duration", recovery.duration().toString());
        details.put("cutBytes", recovery.cutBytes());
        return details;
    }
}
