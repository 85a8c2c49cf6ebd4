package dev.kvstore.spring.boot.metrics;

import dev.kvstore.KeyValueStore;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreStats;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A sum that never becomes less, out of one that begins at zero each time the store is opened. What
 * was told of the time before is added.
 *
 * <p><b>Threads:</b> guarded by itself.
 */
final class GrowingSum implements ToDoubleFunction<KeyValueStore> {

    private final ToDoubleFunction<StoreStats> figure;

    private @Nullable RecoveryReport opening;

    private double sinceOpening;

    private double before;

    GrowingSum(ToDoubleFunction<StoreStats> figure) {
        this.figure = figure;
    }

    @Override
    public synchronized double applyAsDouble(KeyValueStore store) {
        try {
            add(store.stats());
        } catch (RuntimeException ex) {
            // A closed store of another kind may not tell any more: then it is what it was.
        }
        return before + sinceOpening;
    }

    private void add(StoreStats stats) {
        double now = figure.applyAsDouble(stats);
        // No two openings are alike to the nanosecond; should they be, the sum itself tells.
        if (!stats.recovery().equals(opening) || now < sinceOpening) {
            before += sinceOpening;
            opening = stats.recovery();
        }
        sinceOpening = now;
    }
}
