package dev.kvstore.spring.boot.autoconfigure.cache;

import dev.kvstore.KeyValueStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.cache.CacheManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration for an application that has asked for a cache and got none: it says what is
 * missing, where otherwise nothing would be cached, or in the heap only, without a word.
 */
@AutoConfiguration(
        after = KeyValueCacheAutoConfiguration.class,
        beforeName = "org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration")
@ConditionalOnBooleanProperty("kv.cache.enabled")
@ConditionalOnBean(KeyValueStore.class)
@ConditionalOnMissingBean(value = CacheManager.class, name = "cacheResolver")
@Conditional(KeyValueCacheAutoConfiguration.NoOtherTypeOfCache.class)
public final class MissingCacheAutoConfiguration {

    /** What a cache manager needs, and the starters that have it. */
    private static final Map<String, String> STARTERS = new LinkedHashMap<>();

    static {
        STARTERS.put(
                "org.springframework.boot.cache.autoconfigure.CacheManagerCustomizers",
                "spring-boot-starter-cache");
        STARTERS.put(
                "org.springframework.cache.transaction.AbstractTransactionSupportingCacheManager",
                "spring-boot-starter-cache");
        STARTERS.put("tools.jackson.databind.json.JsonMapper", "spring-boot-starter-jackson");
    }

    MissingCacheAutoConfiguration(ApplicationContext context) {
        STARTERS.forEach(
                (className, starter) -> {
                    if (!ClassUtils.isPresent(className, context.getClassLoader())) {
                        throw missing(className, starter);
                    }
                });
        LogFactory.getLog(MissingCacheAutoConfiguration.class)
                .warn(
                        "Nothing is cached although 'kv.cache.enabled' is true: add @EnableCaching"
                                + " to a configuration class.");
    }

    private static FailureAnalyzedException missing(String className, String starter) {
        return new FailureAnalyzedException(
                "'kv.cache.enabled' is true, but a cache in a key-value store needs the class "
                        + className
                        + ", which is not on the class path.",
                "Add a dependency on org.springframework.boot:"
                        + starter
                        + ", or set 'kv.cache.enabled' to false.");
    }
}
