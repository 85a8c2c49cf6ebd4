package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.KeyValueStores;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Auto-configuration of {@link KeyValueStore}s: the default one, and those that have names. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "kv.enabled", matchIfMissing = true)
@EnableConfigurationProperties(KeyValueStoreProperties.class)
@Import(NamedStoresRegistrar.class)
public final class KeyValueStoreAutoConfiguration {

    KeyValueStoreAutoConfiguration() {}

    @Bean
    KeyValueStoreFactory keyValueStoreFactory(
            KeyValueStoreProperties properties,
            ObjectProvider<KeyValueStoreBuilderCustomizer> customizers) {
        return new KeyValueStoreFactory(properties, customizers.orderedStream().toList());
    }

    @Bean(KeyValueStoreFactory.ALL_STORES)
    @ConditionalOnMissingBean
    KeyValueStores keyValueStores(ConfigurableListableBeanFactory beanFactory) {
        return new BeanKeyValueStores(beanFactory, KeyValueStoreFactory.ALL_STORES);
    }

    // A class of its own, which is read before the named stores are registered.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(KeyValueStore.class)
    @Import(DefaultStoreRegistrar.class)
    static class DefaultStoreConfiguration {}
}
