package dev.kvstore.spring.boot.autoconfigure.cache;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.cache.KeyValueCacheManager;
import dev.kvstore.spring.boot.cache.KeyValueCacheMeterBinderProvider;
import dev.kvstore.spring.boot.cache.SimpleKeyRuntimeHints;
import io.micrometer.core.instrument.binder.cache.CacheMeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizer;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizers;
import org.springframework.boot.cache.metrics.CacheMeterBinderProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cache.CacheManager;
import org.springframework.cache.interceptor.CacheAspectSupport;
import org.springframework.cache.transaction.AbstractTransactionSupportingCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** Auto-configuration of a {@link KeyValueCacheManager}. */
@AutoConfiguration(
        after = KeyValueStoreAutoConfiguration.class,
        beforeName = "org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration")
@ConditionalOnBooleanProperty("kv.cache.enabled")
@ConditionalOnClass({
    AbstractTransactionSupportingCacheManager.class,
    CacheManagerCustomizers.class,
    JsonMapper.class
})
@ConditionalOnBean({KeyValueStore.class, CacheAspectSupport.class})
@ConditionalOnMissingBean(value = CacheManager.class, name = "cacheResolver")
@Conditional(KeyValueCacheAutoConfiguration.NoOtherTypeOfCache.class)
@EnableConfigurationProperties(KeyValueCacheProperties.class)
@ImportRuntimeHints(SimpleKeyRuntimeHints.class)
public final class KeyValueCacheAutoConfiguration {

    KeyValueCacheAutoConfiguration() {}

    @Bean
    KeyValueCacheManager cacheManager(
            KeyValueCacheProperties properties,
            Environment environment,
            ConfigurableListableBeanFactory beanFactory,
            ObjectProvider<CacheManagerCustomizer<?>> customizers) {
        KeyValueCacheManager manager =
                new CacheManagerFactory(properties, environment, beanFactory).create();
        return new CacheManagerCustomizers(customizers.orderedStream().toList()).customize(manager);
    }

    /** Metrics of the caches, which Spring Boot gathers from providers such as this. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({CacheMeterBinder.class, CacheMeterBinderProvider.class})
    static class MetricsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        KeyValueCacheMeterBinderProvider keyValueCacheMeterBinderProvider() {
            return new KeyValueCacheMeterBinderProvider();
        }
    }

    /** Who names one of Spring Boot's types of cache, if only "none", gets that. */
    static class NoOtherTypeOfCache extends NoneNestedConditions {

        NoOtherTypeOfCache() {
            super(ConfigurationPhase.PARSE_CONFIGURATION);
        }

        @ConditionalOnProperty("spring.cache.type")
        static class TypeOfCache {}
    }
}
