package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of a {@link KeyValueStore}. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "kv.enabled", matchIfMissing = true)
@EnableConfigurationProperties(KeyValueStoreProperties.class)
public final class KeyValueStoreAutoConfiguration {

    KeyValueStoreAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(KeyValueStore.class)
    RestartableKeyValueStore keyValueStore(
            KeyValueStoreProperties properties,
            ObjectProvider<KeyValueStoreBuilderCustomizer> customizers) {
        return new RestartableKeyValueStore(
                new ConfiguredStoreOpener("kv", properties, customizers.orderedStream().toList()));
    }
}
