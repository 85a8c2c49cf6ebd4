package dev.kvstore.spring.boot.metrics;

import dev.kvstore.KeyValueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * Times a sample of the operations of stores, as histograms named {@code kv.store.operations}. Two
 * looks at the clock may take longer than what they measure, so not every operation is timed.
 */
public class KeyValueStoreOperationMetrics {

    // From a read of a cached record to a force of a slow disk.
    private static final Duration SHORTEST = Duration.ofNanos(250);

    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final MeterRegistry registry;

    private final double sampleRate;

    /**
     * Makes timers.
     *
     * @param registry where to register them
     * @param sampleRate the share of operations to time, above 0 and at most 1
     */
    public KeyValueStoreOperationMetrics(MeterRegistry registry, double sampleRate) {
        Assert.notNull(registry, "'registry' must not be null");
        Assert.isTrue(
                sampleRate > 0 && sampleRate <= 1, "'sampleRate' must be above 0 and at most 1");
        this.registry = registry;
        this.sampleRate = sampleRate;
    }

    /**
     * Puts a store in front of another that times a sample of the operations.
     *
     * @param name the name of the store
     * @param store the store
     * @return the store to use
     */
    public KeyValueStore instrument(String name, KeyValueStore store) {
        return new InstrumentedKeyValueStore(store, new Sampler(name));
    }

    private Timer timer(String name, StoreOperation operation) {
        return Timer.builder("kv.store.operations")
                .description("A sample of the operations")
                .tags("name", name, "operation", operation.tag())
                .publishPercentileHistogram()
                .minimumExpectedValue(SHORTEST)
                .maximumExpectedValue(LONGEST)
                .register(registry);
    }

    private final class Sampler implements InstrumentedKeyValueStore.Instrument {

        private final String name;

        // Made when first needed: each has a hundred buckets, and few applications use them all.
        private final Map<StoreOperation, Timer> timers = new ConcurrentHashMap<>();

        Sampler(String name) {
            this.name = name;
        }

        @Override
        public <T extends @Nullable Object> T around(StoreOperation operation, Supplier<T> call) {
            if (ThreadLocalRandom.current().nextDouble() >= sampleRate) {
                return call.get();
            }
            Timer timer = timers.computeIfAbsent(operation, wanted -> timer(name, wanted));
            long startedAt = System.nanoTime();
            try {
                return call.get();
            } finally {
                timer.record(System.nanoTime() - startedAt, TimeUnit.NANOSECONDS);
            }
        }
    }
}
