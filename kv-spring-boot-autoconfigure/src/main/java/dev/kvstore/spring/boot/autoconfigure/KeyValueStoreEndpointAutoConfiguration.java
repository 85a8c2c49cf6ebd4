package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpointWebExtension;
import dev.kvstore.spring.boot.actuate.endpoint.KeyValueStoreEndpoint;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the {@link KeyValueStoreEndpoint} and the {@link CompactEndpoint}. */
@AutoConfiguration(after = KeyValueStoreAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(KeyValueStore.class)
public final class KeyValueStoreEndpointAutoConfiguration {

    KeyValueStoreEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    KeyValueStoreEndpoint keyValueStoreEndpoint(ConfigurableListableBeanFactory beanFactory) {
        return new KeyValueStoreEndpoint(
                SimpleAutowireCandidateResolver.resolveAutowireCandidates(
                        beanFactory, KeyValueStore.class));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    CompactEndpoint compactEndpoint(ConfigurableListableBeanFactory beanFactory) {
        return new CompactEndpoint(
                SimpleAutowireCandidateResolver.resolveAutowireCandidates(
                        beanFactory, KeyValueStore.class));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(CompactEndpoint.class)
    @ConditionalOnAvailableEndpoint
    CompactEndpointWebExtension compactEndpointWebExtension(CompactEndpoint compactEndpoint) {
        return new CompactEndpointWebExtension(compactEndpoint);
    }
}
