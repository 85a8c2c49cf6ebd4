package dev.kvstore.spring.boot.metrics;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreStats;
import java.util.function.ToDoubleFunction;

/**
 * A figure of a store that fails never: where the store cannot tell, it is what the store told
 * last, or not a number. One registry may ask for many figures at once, and one store must not keep
 * the others from being told.
 *
 * <p><b>Threads:</b> any.
 */
final class StoreFigure implements ToDoubleFunction<KeyValueStore> {

    private final ToDoubleFunction<KeyValueStore> figure;

    private volatile double last = Double.NaN;

    private StoreFigure(ToDoubleFunction<KeyValueStore> figure) {
        this.figure = figure;
    }

    static StoreFigure of(ToDoubleFunction<KeyValueStore> figure) {
        return new StoreFigure(figure);
    }

    static StoreFigure ofStats(ToDoubleFunction<StoreStats> figure) {
        return new StoreFigure(store -> figure.applyAsDouble(store.stats()));
    }

    @Override
    public double applyAsDouble(KeyValueStore store) {
        try {
            double now = figure.applyAsDouble(store);
            last = now;
            return now;
        } catch (RuntimeException ex) {
            return last;
        }
    }
}
