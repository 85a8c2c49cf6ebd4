package dev.kvstore.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.metrics.KeyValueStoreMetrics;
import dev.kvstore.spring.boot.metrics.KeyValueStoreObservations;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.Lifecycle;

class KeyValueStoreMetricsAutoConfigurationTest {

    @TempDir private Path directory;

    private ApplicationContextRunner runner() {
        return MeteredApplication.runner(directory);
    }

    @Test
    void storeHasMeters() {
        runner().run(
                        context -> {
                            context.getBean(KeyValueStore.class).set("k", "v");
                            MeterRegistry registry = context.getBean(MeterRegistry.class);
                            assertThat(sets(registry, "keyValueStore")).isEqualTo(1);
                            assertThat(registry.find("kv.store.operations").meter()).isNull();
                            assertThat(registry.find("kv.operation").meter()).isNull();
                        });
    }

    @Test
    void everyStoreHasMeters() {
        runner().withBean("orders", KeyValueStore.class, () -> open("orders"))
                .withBean("carts", KeyValueStore.class, () -> open("carts"))
                .run(
                        context -> {
                            context.getBean("carts", KeyValueStore.class).set("k", "v");
                            MeterRegistry registry = context.getBean(MeterRegistry.class);
                            assertThat(sets(registry, "orders")).isZero();
                            assertThat(sets(registry, "carts")).isEqualTo(1);
                        });
    }

    @Test
    void metersGoOnWhenTheStoreIsStoppedAndStarted() {
        runner().run(
                        context -> {
                            KeyValueStore store = context.getBean(KeyValueStore.class);
                            MeterRegistry registry = context.getBean(MeterRegistry.class);
                            store.set("k", "v");
                            store.set("k", "v");

                            ((Lifecycle) store).stop();
                            assertThat(sets(registry, "keyValueStore")).isEqualTo(2);
                            assertThat(registry.get("kv.store.keys").gauge().value()).isEqualTo(1);

                            ((Lifecycle) store).start();
                            store.set("k", "v");
                            assertThat(sets(registry, "keyValueStore")).isEqualTo(3);
                        });
    }

    @Test
    void compactionHasTimersThatOutliveARestart() {
        runner().run(
                        context -> {
                            KeyValueStore store = context.getBean(KeyValueStore.class);
                            MeterRegistry registry = context.getBean(MeterRegistry.class);
                            List<Integer> active = new ArrayList<>();
                            for (int version = 0; version < 3; version++) {
                                for (int i = 0; i < 100; i++) {
                                    store.set("key-" + i, "value".repeat(100));
                                }
                            }

                            store.compact(progress -> active.add(activeCompactions(registry)));
                            assertThat(active).isNotEmpty().containsOnly(1);
                            assertThat(activeCompactions(registry)).isZero();

                            ((Lifecycle) store).stop();
                            ((Lifecycle) store).start();
                            store.compact();
                            assertThat(registry.get("kv.compaction").timer().count()).isEqualTo(2);
                            assertThat(registry.get("kv.open").timer().count()).isEqualTo(2);
                        });
    }

    @Test
    void operationsAreTimedAndObservedWhereThatIsWanted() {
        runner().withPropertyValues(
                        "kv.metrics.operations.enabled=true",
                        "kv.metrics.operations.sample-rate=1.0",
                        "kv.observations.operations.enabled=true")
                .run(
                        context -> {
                            context.getBean(KeyValueStore.class).get("k");
                            MeterRegistry registry = context.getBean(MeterRegistry.class);
                            assertThat(
                                            registry.get("kv.store.operations")
                                                    .tag("operation", "get")
                                                    .timer()
                                                    .count())
                                    .isEqualTo(1);
                            assertThat(
                                            registry.get("kv.operation")
                                                    .tag("operation", "get")
                                                    .timer()
                                                    .count())
                                    .isEqualTo(1);
                        });
    }

    @Test
    void badSampleRateIsReportedUnderItsName() {
        runner().withPropertyValues(
                        "kv.metrics.operations.enabled=true", "kv.metrics.operations.sample-rate=2")
                .run(
                        context ->
                                assertThat(context.getStartupFailure())
                                        .rootCause()
                                        .hasMessageContaining("kv.metrics.operations.sample-rate"));
    }

    @Test
    void metersCanBeSwitchedOff() {
        runner().withPropertyValues(
                        "management.metrics.enable.kv.store=false",
                        "management.observations.enable.kv=false")
                .run(
                        context -> {
                            context.getBean(KeyValueStore.class).compact();
                            assertThat(context.getBean(MeterRegistry.class).getMeters())
                                    .noneMatch(meter -> meter.getId().getName().startsWith("kv."));
                        });
    }

    @Test
    void backsOffFromBindersOfTheApplication() {
        runner().withBean(KeyValueStoreMetrics.class, () -> new KeyValueStoreMetrics(Map.of()))
                .run(
                        context ->
                                assertThat(
                                                context.getBean(MeterRegistry.class)
                                                        .find("kv.store.keys")
                                                        .meter())
                                        .isNull());
    }

    @Test
    void backsOffWithoutStore() {
        runner().withPropertyValues("kv.enabled=false")
                .run(
                        context ->
                                assertThat(context)
                                        .doesNotHaveBean(KeyValueStoreMetrics.class)
                                        .doesNotHaveBean(KeyValueStoreObservations.class));
    }

    @Test
    void backsOffWithoutMicrometer() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                KeyValueStoreMetricsAutoConfiguration.class,
                                KeyValueStoreObservationAutoConfiguration.class))
                .withBean(KeyValueStore.class, () -> mock(KeyValueStore.class))
                .withClassLoader(
                        new FilteredClassLoader(MeterRegistry.class, ObservationRegistry.class))
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .doesNotHaveBean("keyValueStoreMetrics")
                                        .doesNotHaveBean("keyValueStoreObservations"));
    }

    private static double sets(MeterRegistry registry, String store) {
        return registry.get("kv.store.sets").tag("name", store).functionCounter().count();
    }

    private static int activeCompactions(MeterRegistry registry) {
        return registry.get("kv.compaction.active").longTaskTimers().stream()
                .mapToInt(LongTaskTimer::activeTasks)
                .sum();
    }

    private KeyValueStore open(String name) {
        return KeyValueStore.builder()
                .dataPath(directory.resolve(name))
                .durability(Durability.OS)
                .open();
    }
}
