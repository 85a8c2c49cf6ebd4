package dev.kvstore.spring.boot.autoconfigure.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.KeyValueStores;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreBuilderCustomizer;
import dev.kvstore.spring.boot.cache.KeyValueCache;
import dev.kvstore.spring.boot.cache.KeyValueCacheManager;
import dev.kvstore.spring.boot.cache.KeyValueCacheMeterBinderProvider;
import dev.kvstore.spring.boot.cache.SimpleKeyRuntimeHints;
import dev.kvstore.testing.MutableClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.cache.CacheMeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizer;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizers;
import org.springframework.boot.cache.autoconfigure.metrics.CacheMetricsAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.CachingConfigurer;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cache.interceptor.CacheResolver;
import org.springframework.cache.interceptor.SimpleKey;
import org.springframework.cache.transaction.AbstractTransactionSupportingCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

class KeyValueCacheAutoConfigurationTest {

    record Cart(String owner, List<String> items) {}

    @TempDir Path directory;

    @Test
    void annotatedMethodsAreCachedInTheStore() {
        runner().withUserConfiguration(Shop.class)
                .run(
                        context -> {
                            assertThat(context).hasSingleBean(CacheManager.class);
                            assertThat(context).hasSingleBean(KeyValueCacheManager.class);
                            Shop.Carts carts = context.getBean(Shop.Carts.class);
                            assertThat(carts.find("ann", 1)).isEqualTo(carts.find("ann", 1));
                            assertThat(carts.all()).isEqualTo(carts.all());
                            assertThat(carts.later("ann").join()).isEqualTo(carts.find("ann", 0));
                            assertThat(carts.later("ann").join()).isEqualTo(carts.find("ann", 0));
                            assertThat(carts.calls()).isEqualTo(4);
                            carts.forget();
                            carts.find("ann", 1);
                            assertThat(carts.calls()).isEqualTo(5);
                        });
        runner().withUserConfiguration(Shop.class)
                .run(
                        context -> {
                            Shop.Carts carts = context.getBean(Shop.Carts.class);
                            assertThat(carts.find("ann", 1).owner()).isEqualTo("ann");
                            assertThat(carts.all()).hasSize(1);
                            assertThat(carts.calls()).isEqualTo(0);
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kv.cache.enabled=false",
                "kv.cache.enabled=",
                "kv.enabled=false",
                "spring.cache.type=none",
                "spring.cache.type=simple"
            })
    void backsOffBy(String property) {
        runner().withPropertyValues(property)
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .hasSingleBean(CacheManager.class)
                                        .doesNotHaveBean(KeyValueCacheManager.class));
    }

    @Test
    void backsOffUnlessEnabled() {
        new ApplicationContextRunner()
                .withConfiguration(autoConfigurations())
                .withUserConfiguration(Caching.class)
                .withPropertyValues("kv.data-path=" + directory)
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(CacheManager.class)
                                        .doesNotHaveBean(KeyValueCacheManager.class));
    }

    @Test
    void backsOffWithoutCaching() {
        new ApplicationContextRunner()
                .withConfiguration(autoConfigurations())
                .withPropertyValues("kv.data-path=" + directory, "kv.cache.enabled=true")
                .run(context -> assertThat(context).doesNotHaveBean(CacheManager.class));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                JsonMapper.class,
                CacheManagerCustomizers.class,
                AbstractTransactionSupportingCacheManager.class
            })
    void backsOffWithoutClass(Class<?> absent) {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                KeyValueStoreAutoConfiguration.class,
                                KeyValueCacheAutoConfiguration.class))
                .withUserConfiguration(Caching.class)
                .withPropertyValues("kv.data-path=" + directory, "kv.cache.enabled=true")
                .withBean(ConcurrentMapCacheManager.class, ConcurrentMapCacheManager::new)
                .withClassLoader(new FilteredClassLoader(absent))
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .doesNotHaveBean(KeyValueCacheAutoConfiguration.class));
    }

    @Test
    void backsOffBeforeCacheManagerOfTheApplication() {
        runner().withBean(ConcurrentMapCacheManager.class, ConcurrentMapCacheManager::new)
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(CacheManager.class)
                                        .doesNotHaveBean(KeyValueCacheManager.class));
    }

    @Test
    void backsOffBeforeCacheResolverOfTheApplication() {
        runner().withUserConfiguration(OwnResolver.class)
                .run(context -> assertThat(context).doesNotHaveBean(CacheManager.class));
    }

    @Test
    void timeToLiveIsThatOfTheCacheOrOfAll() {
        MutableClock clock = new MutableClock();
        runner().withBean(
                        KeyValueStoreBuilderCustomizer.class, () -> builder -> builder.clock(clock))
                .withPropertyValues(
                        "kv.cache.time-to-live=1h",
                        "kv.cache.caches.short.time-to-live=10ms",
                        "kv.cache.caches.long.value-type=java.lang.String")
                .run(
                        context -> {
                            CacheManager manager = context.getBean(CacheManager.class);
                            assertThat(manager.getCacheNames())
                                    .containsExactlyInAnyOrder("short", "long");
                            for (String name : List.of("short", "long", "other")) {
                                manager.getCache(name).put("k", "v");
                            }
                            clock.advance(Duration.ofMillis(10));
                            assertThat(manager.getCache("short").get("k")).isNull();
                            assertThat(manager.getCache("long").get("k")).isNotNull();
                            clock.advance(Duration.ofHours(1));
                            assertThat(manager.getCache("long").get("k")).isNull();
                            assertThat(manager.getCache("other").get("k")).isNull();
                        });
    }

    @Test
    void cachesAreMadeWhenAskedForUnlessAllAreNamed() {
        runner().run(
                        context ->
                                assertThat(context.getBean(CacheManager.class).getCache("any"))
                                        .isInstanceOf(KeyValueCache.class));
        runner().withPropertyValues(
                        "spring.cache.cache-names=one,two", "kv.cache.caches.three.time-to-live=1s")
                .run(
                        context -> {
                            CacheManager manager = context.getBean(CacheManager.class);
                            assertThat(manager.getCacheNames())
                                    .containsExactlyInAnyOrder("one", "two", "three");
                            assertThat(manager.getCache("any")).isNull();
                        });
    }

    @Test
    void nullIsCachedUnlessRefused() {
        runner().run(context -> cache(context.getBean(CacheManager.class)).put("k", null));
        runner().withPropertyValues("kv.cache.cache-null-values=false")
                .run(
                        context ->
                                assertThat(cache(context.getBean(CacheManager.class)).get("k"))
                                        .isNull());
    }

    @Test
    void valueTypeIsWhatAllAreReadAs() {
        runner().withPropertyValues(
                        "kv.cache.caches.carts.value-type=java.util.Map<java.lang.String,"
                                + Cart.class.getName()
                                + ">")
                .run(
                        context -> {
                            Cache cache = cache(context.getBean(CacheManager.class));
                            cache.put("k", Map.of("a", new Cart("ann", List.of())));
                            assertThat(cache.get("k").get())
                                    .isEqualTo(Map.of("a", new Cart("ann", List.of())));
                        });
    }

    @Test
    void packagesOfTheApplicationAndThoseNamedAreTrusted() {
        Cart cart = new Cart("ann", List.of());
        runnerWithoutPackages()
                .run(
                        context ->
                                assertThatIllegalArgumentException()
                                        .isThrownBy(
                                                () ->
                                                        cache(context.getBean(CacheManager.class))
                                                                .put("k", cart)));
        runnerWithoutPackages()
                .withPropertyValues("kv.cache.trusted-packages=com.example,dev.kvstore.spring.boot")
                .run(context -> cache(context.getBean(CacheManager.class)).put("k", cart));
        runner().run(context -> cache(context.getBean(CacheManager.class)).put("k", cart));
    }

    @Test
    void storeMayBeNamed() {
        try (KeyValueStore other = KeyValueStore.open(directory.resolve("other"))) {
            runner().withBean("other", KeyValueStore.class, () -> other)
                    .withBean(
                            "main",
                            KeyValueStore.class,
                            () -> KeyValueStore.open(directory.resolve("main")),
                            definition -> definition.setPrimary(true))
                    .withPropertyValues("kv.cache.store=other")
                    .run(
                            context -> {
                                cache(context.getBean(CacheManager.class)).put("k", "v");
                                assertThat(other.size()).isEqualTo(1);
                                assertThat(context.getBean("main", KeyValueStore.class).size())
                                        .isZero();
                            });
        }
    }

    @Test
    void namedStoreMayBeTheCaches() {
        runner().withPropertyValues(
                        "kv.stores.cache.segment-size=64KB",
                        "kv.stores.other.segment-size=64KB",
                        "kv.cache.store=cache")
                .run(
                        context -> {
                            cache(context.getBean(CacheManager.class)).put("k", "v");
                            KeyValueStores stores = context.getBean(KeyValueStores.class);
                            assertThat(stores.get("cache").size()).isEqualTo(1);
                            assertThat(stores.get("keyValueStore").size()).isZero();
                        });
    }

    @Test
    void primaryStoreIsTheDefault() {
        runner().withUserConfiguration(TwoStores.class)
                .run(
                        context -> {
                            cache(context.getBean(CacheManager.class)).put("k", "v");
                            assertThat(context.getBean("first", KeyValueStore.class).size())
                                    .isEqualTo(1);
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kv.cache.store|cart|no key-value store of that name",
                "kv.cache.store|cacheManager|no key-value store of that name",
                "kv.cache.time-to-live|0s|at least 1 ms",
                "kv.cache.caches.carts.time-to-live|-1s|at least 1 ms",
                "kv.cache.caches.carts.value-type|no.such.Type|no type",
                "kv.cache.caches.carts.value-type|java.util.List<|no type",
            })
    void wrongValueIsReportedByTheNameOfItsProperty(String property, String value, String reason) {
        runner().withPropertyValues(property + "=" + value)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .satisfies(
                                                failure ->
                                                        assertInvalid(failure, property, reason)));
    }

    @Test
    void severalStoresAreReported() {
        runner().withBean(
                        "a", KeyValueStore.class, () -> KeyValueStore.open(directory.resolve("a")))
                .withBean(
                        "b", KeyValueStore.class, () -> KeyValueStore.open(directory.resolve("b")))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .satisfies(
                                                failure ->
                                                        assertInvalid(
                                                                failure,
                                                                "kv.cache.store",
                                                                "several")));
    }

    private static void assertInvalid(Throwable failure, String property, String reason) {
        Throwable root = failure;
        while (!(root instanceof InvalidConfigurationPropertyValueException)) {
            root = root.getCause();
            assertThat(root).as("cause of %s", failure).isNotNull();
        }
        InvalidConfigurationPropertyValueException invalid =
                (InvalidConfigurationPropertyValueException) root;
        assertThat(invalid.getName()).isEqualTo(property);
        assertThat(invalid.getReason()).contains(reason);
    }

    @Test
    void customizersAreApplied() {
        runner().withUserConfiguration(Customized.class)
                .run(
                        context ->
                                assertThat(context.getBean(CacheManager.class).getCacheNames())
                                        .containsExactly("customized"));
    }

    @Test
    void changesWaitForTheCommitIfAskedTo() {
        runner().withPropertyValues("kv.cache.transaction-aware=true")
                .run(
                        context -> {
                            Cache cache = cache(context.getBean(CacheManager.class));
                            TransactionTemplate transaction =
                                    new TransactionTemplate(new NoTransactions());
                            transaction.executeWithoutResult(
                                    status -> {
                                        cache.put("k", "v");
                                        assertThat(cache.get("k")).isNull();
                                    });
                            assertThat(cache.get("k", String.class)).isEqualTo("v");
                            transaction.executeWithoutResult(
                                    status -> {
                                        cache.evict("k");
                                        status.setRollbackOnly();
                                    });
                            assertThat(cache.get("k", String.class)).isEqualTo("v");
                        });
    }

    @Test
    void cachesAreMeasured() {
        runner().withConfiguration(AutoConfigurations.of(CacheMetricsAutoConfiguration.class))
                .withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues("kv.cache.caches.carts.time-to-live=1h")
                .run(
                        context -> {
                            Cache cache = cache(context.getBean(CacheManager.class));
                            cache.get("k");
                            cache.put("k", "v");
                            cache.get("k");
                            cache.get("k");
                            cache.evict("k");
                            MeterRegistry meters = context.getBean(MeterRegistry.class);
                            assertThat(count(meters, "cache.gets", "result", "hit")).isEqualTo(2);
                            assertThat(count(meters, "cache.gets", "result", "miss")).isEqualTo(1);
                            assertThat(count(meters, "cache.puts")).isEqualTo(1);
                            assertThat(count(meters, "cache.removals")).isEqualTo(1);
                            assertThat(count(meters, "cache.unreadable")).isZero();
                            assertThat(meters.find("cache.size").meter()).isNull();
                        });
    }

    private static double count(MeterRegistry meters, String name, String... tags) {
        return meters.get(name)
                .tags("cache", "carts", "cache.manager", "cacheManager")
                .tags(tags)
                .functionCounter()
                .count();
    }

    @Test
    void metricsBackOffWithoutMicrometer() {
        runner().withClassLoader(new FilteredClassLoader(CacheMeterBinder.class))
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(KeyValueCacheManager.class)
                                        .doesNotHaveBean("keyValueCacheMeterBinderProvider"));
    }

    @Test
    void metricsBackOffBeforeProviderOfTheApplication() {
        KeyValueCacheMeterBinderProvider own = new KeyValueCacheMeterBinderProvider();
        runner().withBean("own", KeyValueCacheMeterBinderProvider.class, () -> own)
                .run(
                        context ->
                                assertThat(context)
                                        .getBean(KeyValueCacheMeterBinderProvider.class)
                                        .isSameAs(own));
    }

    @Test
    void fieldReadByReflectionIsHinted() throws Exception {
        RuntimeHints hints = new RuntimeHints();
        new SimpleKeyRuntimeHints().registerHints(hints, getClass().getClassLoader());
        assertThat(
                        RuntimeHintsPredicates.reflection()
                                .onFieldAccess(SimpleKey.class.getDeclaredField("params")))
                .accepts(hints);
    }

    private ApplicationContextRunner runner() {
        return runnerWithoutPackages().withUserConfiguration(Packages.class);
    }

    private ApplicationContextRunner runnerWithoutPackages() {
        return new ApplicationContextRunner()
                .withConfiguration(autoConfigurations())
                .withUserConfiguration(Caching.class)
                .withPropertyValues("kv.data-path=" + directory, "kv.cache.enabled=true");
    }

    private static AutoConfigurations autoConfigurations() {
        return AutoConfigurations.of(
                KeyValueStoreAutoConfiguration.class,
                KeyValueCacheAutoConfiguration.class,
                CacheAutoConfiguration.class);
    }

    private static Cache cache(CacheManager manager) {
        return manager.getCache("carts");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    static class Caching {}

    @Configuration(proxyBeanMethods = false)
    static class OwnResolver implements CachingConfigurer {

        @Bean
        @Override
        public CacheResolver cacheResolver() {
            return context -> List.of();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage
    static class Packages {}

    @Configuration(proxyBeanMethods = false)
    static class Customized {

        @Bean
        CacheManagerCustomizer<KeyValueCacheManager> addsCache() {
            return manager ->
                    manager.addCache(
                            "customized",
                            manager.getDefaultOptions().withTimeToLive(Duration.ofHours(1)));
        }

        @Bean
        CacheManagerCustomizer<ConcurrentMapCacheManager> ofAnotherKind() {
            return manager -> {
                throw new AssertionError("This is no such manager.");
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoStores {

        @Bean
        @Primary
        KeyValueStore first(Environment environment) {
            return KeyValueStore.open(Path.of(environment.getProperty("kv.data-path"), "first"));
        }

        @Bean
        KeyValueStore second(Environment environment) {
            return KeyValueStore.open(Path.of(environment.getProperty("kv.data-path"), "second"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Shop {

        @Bean
        Carts carts() {
            return new Carts();
        }

        static class Carts {

            private final AtomicInteger calls = new AtomicInteger();

            // A method, because what others get is a proxy, whose fields are not those of the bean.
            public int calls() {
                return calls.get();
            }

            @Cacheable("carts")
            public Cart find(String owner, int number) {
                calls.incrementAndGet();
                return new Cart(owner, List.of());
            }

            @Cacheable("lists")
            public List<Cart> all() {
                calls.incrementAndGet();
                return List.of(new Cart("ann", List.of("a")));
            }

            @Cacheable(cacheNames = "later", sync = true)
            public CompletableFuture<Cart> later(String owner) {
                calls.incrementAndGet();
                return CompletableFuture.completedFuture(new Cart(owner, List.of()));
            }

            @CacheEvict(cacheNames = "carts", allEntries = true)
            public void forget() {}
        }
    }

    /** Begins and commits nothing, and tells those who want to know. */
    private static final class NoTransactions extends AbstractPlatformTransactionManager {

        private static final long serialVersionUID = 1L;

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {}

        @Override
        protected void doCommit(DefaultTransactionStatus status) {}

        @Override
        protected void doRollback(DefaultTransactionStatus status) {}
    }
}
