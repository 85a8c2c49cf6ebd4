package dev.kvstore.spring.boot.metrics;

import dev.kvstore.BackupReport;
import dev.kvstore.CompactionReport;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreListener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/** Observes stores; what of them is in {@link KeyValueStoreObservation}. */
public class KeyValueStoreObservations {

    private final ObservationRegistry registry;

    private final KeyValueStoreObservationConvention convention;

    /**
     * Makes observations.
     *
     * @param registry where to register them
     * @param convention gives their tags
     */
    public KeyValueStoreObservations(
            ObservationRegistry registry, KeyValueStoreObservationConvention convention) {
        Assert.notNull(registry, "'registry' must not be null");
        Assert.notNull(convention, "'convention' must not be null");
        this.registry = registry;
        this.convention = convention;
    }

    /**
     * Opens a store, observing that, and then the store's compactions and backups.
     *
     * @param name the name of the store
     * @param opening opens it
     * @return the store
     */
    public KeyValueStore open(String name, Supplier<KeyValueStore> opening) {
        KeyValueStore store =
                observation(KeyValueStoreObservation.OPEN, name, "open").observe(opening);
        store.addListener(new Listener(name));
        return store;
    }

    /**
     * Puts a store in front of another that observes each operation.
     *
     * @param name the name of the store
     * @param store the store
     * @return the store to use
     */
    public KeyValueStore instrument(String name, KeyValueStore store) {
        return new InstrumentedKeyValueStore(store, new OperationObserver(name));
    }

    private Observation observation(
            KeyValueStoreObservation observed, String name, String operation) {
        return observed.observation(
                        registry,
                        () -> new KeyValueStoreObservationContext(observed, name, operation))
                .observationConvention(convention);
    }

    private final class OperationObserver implements InstrumentedKeyValueStore.Instrument {

        private final String name;

        OperationObserver(String name) {
            this.name = name;
        }

        @Override
        public <T extends @Nullable Object> T around(StoreOperation operation, Supplier<T> call) {
            return observation(KeyValueStoreObservation.OPERATION, name, operation.tag())
                    .observe(call);
        }
    }

    private final class Listener implements StoreListener {

        private final String name;

        Listener(String name) {
            this.name = name;
        }

        @Override
        public BiConsumer<@Nullable CompactionReport, @Nullable Throwable> compactionStarted() {
            return start(KeyValueStoreObservation.COMPACTION, "compact");
        }

        @Override
        public BiConsumer<@Nullable BackupReport, @Nullable Throwable> backupStarted(Path target) {
            return start(KeyValueStoreObservation.BACKUP, "backup");
        }

        // Begin and end are on one thread, so that what happens between is within the observation.
        private <R> BiConsumer<@Nullable R, @Nullable Throwable> start(
                KeyValueStoreObservation observed, String operation) {
            Observation observation = observation(observed, name, operation).start();
            Observation.Scope scope = observation.openScope();
            return (report, failure) -> {
                scope.close();
                if (observation.getContext() instanceof KeyValueStoreObservationContext context) {
                    context.setReport(report);
                }
                if (failure != null) {
                    observation.error(failure);
                }
                observation.stop();
            };
        }
    }
}
