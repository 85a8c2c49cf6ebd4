package dev.kvstore.spring.boot.metrics;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * {@link MeterBinder} of {@link KeyValueStore}s: their figures under {@code kv.store}, each tagged
 * with the {@code name} of the store.
 *
 * <p>The meters hold no store: they ask one for its {@link KeyValueStore#stats() stats} as long as
 * somebody else holds it. Those of a closed store tell what it told last. Sums go on where they
 * were when a store is opened again, though what was counted between the last look and the close is
 * missing if nobody looked while it was closed.
 */
public class KeyValueStoreMetrics implements MeterBinder {

    private final Map<String, KeyValueStore> stores;

    /**
     * Makes a binder.
     *
     * @param stores the stores by name
     */
    public KeyValueStoreMetrics(Map<String, KeyValueStore> stores) {
        Assert.notNull(stores, "'stores' must not be null");
        this.stores = new LinkedHashMap<>(stores);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        stores.forEach((name, store) -> new StoreMeters(name, store, registry).register());
    }

    /** Registers the meters of one store. */
    private record StoreMeters(String name, KeyValueStore store, MeterRegistry registry) {

        void register() {
            registerState();
            registerSizes();
            registerOperations();
            registerWriting();
            registerUpkeep();
            registerRecovery();
        }

        private void registerState() {
            for (StoreState state : StoreState.values()) {
                gauge(
                        "state",
                        "1 for the state that the store is in, 0 for the others",
                        null,
                        Tags.of("state", state.name().toLowerCase(Locale.ROOT)),
                        stats -> stats.state() == state ? 1 : 0);
            }
        }

        private void registerSizes() {
            gauge("keys", "Keys in the store", "keys", Tags.empty(), StoreStats::keys);
            bytes("live", "Records that hold the present values of keys", StoreStats::liveBytes);
            bytes("garbage", "Records that compaction can drop", StoreStats::garbageBytes);
            bytes("index", "The index file", StoreStats::indexBytes);
            bytes("disk", "All files of the store, as allocated", StoreStats::diskBytes);
            String segments = "Segment files, by whether they hold records or are ready for some";
            gauge("segments", segments, "segments", Tags.of("state", "used"), StoreStats::segments);
            gauge(
                    "segments",
                    segments,
                    "segments",
                    Tags.of("state", "free"),
                    StoreStats::freeSegments);
        }

        private void registerOperations() {
            String gets = "Keys looked up, by whether they were there";
            counter("gets", gets, null, Tags.of("result", "hit"), StoreStats::hits);
            counter("gets", gets, null, Tags.of("result", "miss"), StoreStats::misses);
            counter("sets", "Values written", null, Tags.empty(), StoreStats::sets);
            counter("deletes", "Keys deleted", null, Tags.empty(), StoreStats::deletes);
            counter(
                    "expirations",
                    "Keys removed by compaction after their time to live",
                    null,
                    Tags.empty(),
                    StoreStats::expirations);
        }

        private void registerWriting() {
            written("caller", StoreStats::writtenBytes);
            written("compaction", StoreStats::relocatedBytes);
            written("hint", StoreStats::hintBytes);
            written("allocation", StoreStats::allocatedBytes);
            timer(
                    "force",
                    "Forces of the log to disk, each for all writes that waited",
                    StoreStats::forces,
                    stats -> stats.forceTime().toNanos());
        }

        private void written(String writer, ToDoubleFunction<StoreStats> figure) {
            counter(
                    "written",
                    "Bytes written to files of the store, by what for",
                    BaseUnits.BYTES,
                    Tags.of("writer", writer),
                    figure);
        }

        private void registerUpkeep() {
            timer(
                    "compaction",
                    "Compactions that did something",
                    StoreStats::compactions,
                    stats -> stats.compactionTime().toNanos());
            counter(
                    "compaction.failures",
                    "Compactions that failed",
                    null,
                    Tags.empty(),
                    StoreStats::compactionFailures);
            counter(
                    "reclaimed",
                    "Garbage removed by compaction",
                    BaseUnits.BYTES,
                    Tags.empty(),
                    StoreStats::reclaimedBytes);
            Gauge.builder(
                            "kv.store.compaction.running",
                            store,
                            StoreFigure.of(asked -> asked.compactionStatus().running() ? 1.0 : 0.0))
                    .description("1 while a compaction runs")
                    .tags("name", name)
                    .register(registry);
        }

        private void registerRecovery() {
            TimeGauge.builder(
                            "kv.store.recovery.duration",
                            store,
                            TimeUnit.NANOSECONDS,
                            StoreFigure.ofStats(stats -> stats.recovery().duration().toNanos()))
                    .description("How long opening the store took")
                    .tags("name", name)
                    .register(registry);
            gauge(
                    "recovery.records",
                    "Records read to rebuild the index when the store was opened",
                    "records",
                    Tags.empty(),
                    stats -> stats.recovery().recordsRead());
            bytes(
                    "recovery.cut",
                    "Unfinished writes cut off when the store was opened",
                    stats -> stats.recovery().cutBytes());
        }

        private void bytes(String meter, String description, ToDoubleFunction<StoreStats> figure) {
            gauge(meter, description, BaseUnits.BYTES, Tags.empty(), figure);
        }

        private void gauge(
                String meter,
                String description,
                @Nullable String unit,
                Tags tags,
                ToDoubleFunction<StoreStats> figure) {
            Gauge.builder("kv.store." + meter, store, StoreFigure.ofStats(figure))
                    .description(description)
                    .baseUnit(unit)
                    .tags(tags.and("name", name))
                    .register(registry);
        }

        private void counter(
                String meter,
                String description,
                @Nullable String unit,
                Tags tags,
                ToDoubleFunction<StoreStats> figure) {
            FunctionCounter.builder("kv.store." + meter, store, new GrowingSum(figure))
                    .description(description)
                    .baseUnit(unit)
                    .tags(tags.and("name", name))
                    .register(registry);
        }

        private void timer(
                String meter,
                String description,
                ToDoubleFunction<StoreStats> count,
                ToDoubleFunction<StoreStats> nanos) {
            GrowingSum counted = new GrowingSum(count);
            FunctionTimer.builder(
                            "kv.store." + meter,
                            store,
                            asked -> (long) counted.applyAsDouble(asked),
                            new GrowingSum(nanos),
                            TimeUnit.NANOSECONDS)
                    .description(description)
                    .tags("name", name)
                    .register(registry);
        }
    }
}
