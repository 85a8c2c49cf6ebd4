package dev.kvstore.spring.boot.autoconfigure.metrics;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreOpeningInterceptor;
import dev.kvstore.spring.boot.metrics.DefaultKeyValueStoreObservationConvention;
import dev.kvstore.spring.boot.metrics.KeyValueStoreObservationConvention;
import dev.kvstore.spring.boot.metrics.KeyValueStoreObservations;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Auto-configuration of the observations of the stores that the starter opens. */
@AutoConfiguration(
        after = KeyValueStoreAutoConfiguration.class,
        afterName =
                "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({KeyValueStore.class, ObservationRegistry.class})
public final class KeyValueStoreObservationAutoConfiguration {

    KeyValueStoreObservationAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    KeyValueStoreObservations keyValueStoreObservations(
            ObservationRegistry registry,
            ObjectProvider<KeyValueStoreObservationConvention> convention) {
        return new KeyValueStoreObservations(
                registry,
                convention.getIfAvailable(DefaultKeyValueStoreObservationConvention::new));
    }

    @Bean
    @ConditionalOnMissingBean(name = "openingObservationInterceptor")
    @Order(Ordered.HIGHEST_PRECEDENCE)
    KeyValueStoreOpeningInterceptor openingObservationInterceptor(
            KeyValueStoreObservations observations) {
        return observations::open;
    }

    @Bean
    @ConditionalOnMissingBean(name = "operationObservationInterceptor")
    @ConditionalOnBooleanProperty("kv.observations.operations.enabled")
    KeyValueStoreOpeningInterceptor operationObservationInterceptor(
            KeyValueStoreObservations observations) {
        return (name, opening) -> observations.instrument(name, opening.get());
    }
}
