package dev.kvstore.spring.boot.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyValueStoreOperationMetricsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private final KeyValueStore store = mock(KeyValueStore.class);

    @Test
    void allAreTimedWhereAllAreWanted() {
        KeyValueStore timed = new KeyValueStoreOperationMetrics(registry, 1).instrument("a", store);

        timed.get(new byte[1]);
        timed.get(new byte[1]);
        timed.delete(new byte[1]);

        assertThat(timer("get").count()).isEqualTo(2);
        assertThat(timer("delete").count()).isEqualTo(1);
        assertThat(registry.find("kv.store.operations").timers()).hasSize(2);
    }

    @Test
    void histogramsTellReadsFromForcesInNotTooManyBuckets() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new KeyValueStoreOperationMetrics(prometheus, 1).instrument("a", store).get(new byte[1]);

        assertThat(
                        prometheus
                                .scrape()
                                .lines()
                                .filter(
                                        line ->
                                                line.startsWith(
                                                        "kv_store_operations_seconds_bucket"))
                                .filter(line -> line.contains("operation=\"get\"")))
                .hasSizeBetween(50, 120)
                .anyMatch(line -> line.matches(".*le=\"[2-5]\\.[0-9]+E-7\".*"))
                .anyMatch(line -> line.contains("le=\"1.0\""));
    }

    @Test
    void someAreTimedWhereSomeAreWanted() {
        KeyValueStore timed =
                new KeyValueStoreOperationMetrics(registry, 0.25).instrument("a", store);

        for (int i = 0; i < 4000; i++) {
            timed.get(new byte[1]);
        }

        assertThat(timer("get").count()).isBetween(500L, 1500L);
    }

    @Test
    void failuresAreTimedAndPassedOn() {
        when(store.get(any(byte[].class))).thenThrow(new StoreClosedException("closed"));
        KeyValueStore timed = new KeyValueStoreOperationMetrics(registry, 1).instrument("a", store);

        assertThatExceptionOfType(StoreClosedException.class)
                .isThrownBy(() -> timed.get(new byte[1]));

        assertThat(timer("get").count()).isEqualTo(1);
    }

    @Test
    void closingClosesTheStoreBehind() {
        new KeyValueStoreOperationMetrics(registry, 1).instrument("a", store).close();
        verify(store).close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
    void otherSharesAreRefused(double sampleRate) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyValueStoreOperationMetrics(registry, sampleRate));
    }

    private Timer timer(String operation) {
        return registry.get("kv.store.operations")
                .tags("name", "a", "operation", operation)
                .timer();
    }
}
