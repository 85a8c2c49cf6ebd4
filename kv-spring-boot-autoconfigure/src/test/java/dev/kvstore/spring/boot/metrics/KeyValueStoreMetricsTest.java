package dev.kvstore.spring.boot.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.spring.boot.DelegatingKeyValueStore;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueStoreMetricsTest {

    @TempDir private Path directory;

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void figuresAreThoseOfTheStore() {
        try (KeyValueStore store = open("a")) {
            bind("orders", store);
            store.set("k", "v");
            store.set("other", "v");
            store.getAll(List.of("k", "none", "nothing"));
            store.delete("other");
            store.sync();
            store.compact();

            assertThat(value("kv.store.keys")).isEqualTo(1);
            assertThat(value("kv.store.gets", "result", "hit")).isEqualTo(1);
            assertThat(value("kv.store.gets", "result", "miss")).isEqualTo(2);
            assertThat(value("kv.store.sets")).isEqualTo(2);
            assertThat(value("kv.store.deletes")).isEqualTo(1);
            assertThat(value("kv.store.state", "state", "open")).isEqualTo(1);
            assertThat(value("kv.store.state", "state", "closed")).isZero();
            assertThat(value("kv.store.live")).isEqualTo(store.stats().liveBytes());
            assertThat(value("kv.store.disk")).isEqualTo(store.stats().diskBytes());
            assertThat(value("kv.store.written", "writer", "caller"))
                    .isEqualTo(store.stats().writtenBytes());
            assertThat(value("kv.store.compaction.running")).isZero();
            assertThat(value("kv.store.recovery.duration")).isPositive();
            FunctionTimer force = registry.get("kv.store.force").functionTimer();
            assertThat(force.count()).isEqualTo(store.stats().forces()).isPositive();
            // The registry keeps seconds, so a nanosecond there and back is not exact.
            assertThat(force.totalTime(TimeUnit.NANOSECONDS))
                    .isCloseTo(store.stats().forceTime().toNanos(), within(1.0));
        }
    }

    @Test
    void everyMeterSaysWhoseItIsAndWhatItIs() {
        try (KeyValueStore first = open("a");
                KeyValueStore second = open("b")) {
            new KeyValueStoreMetrics(Map.of("first", first, "second", second)).bindTo(registry);

            assertThat(registry.getMeters())
                    .isNotEmpty()
                    .allSatisfy(
                            meter -> {
                                assertThat(meter.getId().getTag("name")).isIn("first", "second");
                                assertThat(meter.getId().getDescription()).isNotBlank();
                            });
            assertThat(registry.find("kv.store.keys").gauges()).hasSize(2);
            assertThat(registry.find("kv.store.live").gauge().getId().getBaseUnit())
                    .isEqualTo("bytes");
        }
    }

    @Test
    void closedStoreTellsWhatItToldLast() {
        KeyValueStore store = open("a");
        bind("orders", store);
        store.set("k", "v");

        store.close();

        assertThat(value("kv.store.keys")).isEqualTo(1);
        assertThat(value("kv.store.sets")).isEqualTo(1);
        assertThat(value("kv.store.state", "state", "closed")).isEqualTo(1);
        assertThat(value("kv.store.state", "state", "open")).isZero();
    }

    @Test
    void storeThatCannotTellHarmsNothing() {
        KeyValueStore store = mock(KeyValueStore.class);
        when(store.stats()).thenThrow(new StoreClosedException("closed"));
        when(store.compactionStatus()).thenThrow(new StoreClosedException("closed"));
        bind("orders", store);

        assertThat(value("kv.store.keys")).isNaN();
        assertThat(value("kv.store.compaction.running")).isNaN();
        assertThat(value("kv.store.sets")).isZero();
        assertThat(registry.get("kv.store.force").functionTimer().count()).isZero();
    }

    @Test
    void sumsGoOnWhenTheStoreIsOpenedAgain() {
        Reopened store = new Reopened(open("a"));
        bind("orders", store);
        store.set("k", "v");
        store.set("k", "v");
        store.sync();
        assertThat(value("kv.store.sets")).isEqualTo(2);
        double forces = registry.get("kv.store.force").functionTimer().count();

        store.close();
        store.reopen(open("a"));
        assertThat(value("kv.store.sets")).isEqualTo(2);
        store.set("k", "v");
        store.set("k", "v");
        store.set("k", "v");
        store.sync();

        assertThat(value("kv.store.sets")).isEqualTo(5);
        assertThat(registry.get("kv.store.force").functionTimer().count()).isGreaterThan(forces);
        assertThat(value("kv.store.keys")).isEqualTo(1);
        store.close();
    }

    @Test
    void metersKeepNoStore() {
        KeyValueStore store = open("a");
        bind("orders", store);
        store.set("k", "v");
        store.close();
        assertThat(value("kv.store.sets")).isEqualTo(1);
        WeakReference<KeyValueStore> reference = new WeakReference<>(store);

        store = null;

        await().until(
                        () -> {
                            System.gc();
                            return reference.get() == null;
                        });
        assertThat(value("kv.store.keys")).isNaN();
        assertThat(value("kv.store.sets")).isEqualTo(1);
    }

    private void bind(String name, KeyValueStore store) {
        new KeyValueStoreMetrics(Map.of(name, store)).bindTo(registry);
    }

    private double value(String meter, String... tags) {
        Meter found = registry.get(meter).tags(tags).meter();
        return found.measure().iterator().next().getValue();
    }

    private KeyValueStore open(String name) {
        return KeyValueStore.builder()
                .dataPath(directory.resolve(name))
                .durability(Durability.OS)
                .open();
    }

    /** A store that is closed and opened again behind one object. */
    private static final class Reopened extends DelegatingKeyValueStore {

        private KeyValueStore store;

        Reopened(KeyValueStore store) {
            this.store = store;
        }

        void reopen(KeyValueStore opened) {
            store = opened;
        }

        @Override
        protected KeyValueStore delegate() {
            return store;
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
