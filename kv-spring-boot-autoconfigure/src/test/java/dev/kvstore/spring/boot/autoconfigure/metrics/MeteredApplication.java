package dev.kvstore.spring.boot.autoconfigure.metrics;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Applications with a store and Micrometer. */
final class MeteredApplication {

    private MeteredApplication() {}

    static ApplicationContextRunner runner(Path directory) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                KeyValueStoreAutoConfiguration.class,
                                KeyValueStoreMetricsAutoConfiguration.class,
                                KeyValueStoreObservationAutoConfiguration.class,
                                MetricsAutoConfiguration.class,
                                CompositeMeterRegistryAutoConfiguration.class,
                                SimpleMetricsExportAutoConfiguration.class,
                                ObservationAutoConfiguration.class))
                .withPropertyValues(
                        "kv.data-path=" + directory.resolve("store"), "kv.durability=os");
    }

    /** Runs something in an application that has every meter there is, and a Prometheus. */
    static void withAllMeters(Path directory, Consumer<PrometheusMeterRegistry> test) {
        runner(directory)
                .withBean(
                        PrometheusMeterRegistry.class,
                        () -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .withPropertyValues(
                        "kv.metrics.operations.enabled=true",
                        "kv.metrics.operations.sample-rate=1",
                        "kv.observations.operations.enabled=true")
                .run(
                        context -> {
                            use(context.getBean(KeyValueStore.class), directory);
                            test.accept(context.getBean(PrometheusMeterRegistry.class));
                        });
    }

    private static void use(KeyValueStore store, Path directory) {
        store.set("key", "value");
        store.get("key");
        store.getAll(List.of("key"));
        store.delete("key");
        store.compact();
        store.backup(directory.resolve("backup"));
    }
}
