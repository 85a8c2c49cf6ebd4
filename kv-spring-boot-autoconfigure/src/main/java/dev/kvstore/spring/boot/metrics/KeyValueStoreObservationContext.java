package dev.kvstore.spring.boot.metrics;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** {@link Observation.Context} of what is observed of a store. */
public class KeyValueStoreObservationContext extends Observation.Context {

    private final KeyValueStoreObservation observed;

    private final String storeName;

    private final String operation;

    private @Nullable Object report;

    /**
     * Makes a context.
     *
     * @param observed what is observed
     * @param storeName the name of the store
     * @param operation the operation: that of the store's interface, or {@code open}, {@code
     *     compact} or {@code backup}
     */
    public KeyValueStoreObservationContext(
            KeyValueStoreObservation observed, String storeName, String operation) {
        this.observed = observed;
        this.storeName = storeName;
        this.operation = operation;
    }

    /**
     * Returns what is observed.
     *
     * @return what is observed
     */
    public KeyValueStoreObservation getObserved() {
        return observed;
    }

    /**
     * Returns the name of the store.
     *
     * @return the name of the store
     */
    public String getStoreName() {
        return storeName;
    }

    /**
     * Returns the operation.
     *
     * @return the operation
     */
    public String getOperation() {
        return operation;
    }

    /**
     * Returns what was done.
     *
     * @return the {@link dev.kvstore.CompactionReport} or {@link dev.kvstore.BackupReport}; null
     *     before the end, after a failure, and of what has no report
     */
    public @Nullable Object getReport() {
        return report;
    }

    void setReport(@Nullable Object report) {
        this.report = report;
    }
}
