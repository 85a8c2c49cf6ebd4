package dev.kvstore.spring.boot.autoconfigure.metrics;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreOpeningInterceptor;
import dev.kvstore.spring.boot.metrics.KeyValueStoreMetrics;
import dev.kvstore.spring.boot.metrics.KeyValueStoreOperationMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the stores' meters. */
@AutoConfiguration(
        after = KeyValueStoreAutoConfiguration.class,
        afterName =
                "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({KeyValueStore.class, MeterRegistry.class})
@EnableConfigurationProperties(KeyValueStoreMetricsProperties.class)
public final class KeyValueStoreMetricsAutoConfiguration {

    KeyValueStoreMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    KeyValueStoreMetrics keyValueStoreMetrics(ConfigurableListableBeanFactory beanFactory) {
        return new KeyValueStoreMetrics(
                SimpleAutowireCandidateResolver.resolveAutowireCandidates(
                        beanFactory, KeyValueStore.class));
    }

    @Bean
    @ConditionalOnMissingBean(name = "operationMetricsInterceptor")
    @ConditionalOnBooleanProperty("kv.metrics.operations.enabled")
    KeyValueStoreOpeningInterceptor operationMetricsInterceptor(
            MeterRegistry registry, KeyValueStoreMetricsProperties properties) {
        double sampleRate = properties.getOperations().getSampleRate();
        if (!(sampleRate > 0 && sampleRate <= 1)) {
            throw new InvalidConfigurationPropertyValueException(
                    "kv.metrics.operations.sample-rate",
                    sampleRate,
                    "It must be above 0 and at most 1.");
        }
        KeyValueStoreOperationMetrics metrics =
                new KeyValueStoreOperationMetrics(registry, sampleRate);
        return (name, opening) -> metrics.instrument(name, opening.get());
    }
}
