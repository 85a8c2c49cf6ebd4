package dev.kvstore.spring.boot.autoconfigure.cache;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.cache.KeyValueCacheManager;
import dev.kvstore.spring.boot.cache.KeyValueCacheOptions;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import tools.jackson.databind.json.JsonMapper;

/** Makes a cache manager as its properties say, and says which of them is wrong if one is. */
final class CacheManagerFactory {

    private static final String PREFIX = "kv.cache.";

    private final KeyValueCacheProperties properties;
    private final Environment environment;
    private final ConfigurableListableBeanFactory beanFactory;

    CacheManagerFactory(
            KeyValueCacheProperties properties,
            Environment environment,
            ConfigurableListableBeanFactory beanFactory) {
        this.properties = properties;
        this.environment = environment;
        this.beanFactory = beanFactory;
    }

    KeyValueCacheManager create() {
        KeyValueCacheManager manager = new KeyValueCacheManager(store());
        manager.setTrustedPackages(trustedPackages());
        manager.setTransactionAware(transactionAware());
        KeyValueCacheOptions defaults = defaultOptions();
        manager.setDefaultOptions(defaults);
        addCaches(manager, defaults);
        return manager;
    }

    private KeyValueStore store() {
        String name = properties.getStore();
        if (StringUtils.hasText(name)) {
            if (!beanFactory.containsBean(name)
                    || !beanFactory.isTypeMatch(name, KeyValueStore.class)) {
                throw invalid("store", name, "There is no key-value store of that name.", null);
            }
            return beanFactory.getBean(name, KeyValueStore.class);
        }
        KeyValueStore only = beanFactory.getBeanProvider(KeyValueStore.class).getIfUnique();
        if (only == null) {
            throw invalid(
                    "store",
                    null,
                    "There are several key-value stores, none of them primary: name one.",
                    null);
        }
        return only;
    }

    private List<String> trustedPackages() {
        List<String> packages = new ArrayList<>(properties.getTrustedPackages());
        if (AutoConfigurationPackages.has(beanFactory)) {
            packages.addAll(AutoConfigurationPackages.get(beanFactory));
        }
        return packages;
    }

    private boolean transactionAware() {
        boolean aware = properties.isTransactionAware();
        String needed = "org.springframework.transaction.support.TransactionSynchronization";
        if (aware && !ClassUtils.isPresent(needed, beanFactory.getBeanClassLoader())) {
            throw invalid("transaction-aware", true, "It needs spring-tx, which is absent.", null);
        }
        return aware;
    }

    private KeyValueCacheOptions defaultOptions() {
        KeyValueCacheOptions options =
                KeyValueCacheOptions.DEFAULTS.withNullValues(properties.isCacheNullValues());
        return withTimeToLive(options, "time-to-live", properties.getTimeToLive());
    }

    private void addCaches(KeyValueCacheManager manager, KeyValueCacheOptions defaults) {
        List<String> names =
                Binder.get(environment)
                        .bind("spring.cache.cache-names", Bindable.listOf(String.class))
                        .orElse(List.of());
        names.forEach(name -> manager.addCache(name, defaults));
        // As with the other caches that Spring Boot knows: who lists the names means all of them.
        manager.setMakesMissingCaches(names.isEmpty());
        properties
                .getCaches()
                .forEach((name, cache) -> manager.addCache(name, options(name, cache, defaults)));
    }

    private KeyValueCacheOptions options(
            String name, KeyValueCacheProperties.Cache cache, KeyValueCacheOptions defaults) {
        String property = "caches." + name + ".";
        KeyValueCacheOptions options = defaults;
        if (cache.getTimeToLive() != null) {
            options = withTimeToLive(options, property + "time-to-live", cache.getTimeToLive());
        }
        String type = cache.getValueType();
        if (StringUtils.hasText(type)) {
            options = options.withValueType(toType(property + "value-type", type));
        }
        return options;
    }

    private static KeyValueCacheOptions withTimeToLive(
            KeyValueCacheOptions options, String property, @Nullable Duration timeToLive) {
        try {
            return options.withTimeToLive(timeToLive);
        } catch (IllegalArgumentException ex) {
            throw invalid(property, timeToLive, "It must be at least 1 ms.", ex);
        }
    }

    private Type toType(String property, String type) {
        try {
            return JsonMapper.shared()
                    .getTypeFactory()
                    .withClassLoader(beanFactory.getBeanClassLoader())
                    .constructFromCanonical(type);
        } catch (IllegalArgumentException ex) {
            throw invalid(property, type, "It is no type: " + ex.getMessage(), ex);
        }
    }

    private static InvalidConfigurationPropertyValueException invalid(
            String property, @Nullable Object value, String reason, @Nullable Exception cause) {
        return new InvalidConfigurationPropertyValueException(
                PREFIX + property, value, reason, cause);
    }
}
