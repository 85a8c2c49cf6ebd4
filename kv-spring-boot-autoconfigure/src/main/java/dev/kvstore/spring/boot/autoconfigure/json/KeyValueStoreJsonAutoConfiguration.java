package dev.kvstore.spring.boot.autoconfigure.json;

import dev.kvstore.spring.boot.KeyValueStores;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.json.TypedStores;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.json.JsonMapper;

/** Auto-configuration of {@link TypedStores}. */
@AutoConfiguration(after = KeyValueStoreAutoConfiguration.class)
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnBean(KeyValueStores.class)
public final class KeyValueStoreJsonAutoConfiguration {

    KeyValueStoreJsonAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    TypedStores typedStores(KeyValueStores stores) {
        return new TypedStores(stores);
    }
}
