package dev.kvstore.spring.boot.autoconfigure.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.cache.KeyValueCacheManager;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class MissingCacheAutoConfigurationTest {

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "tools.jackson, spring-boot-starter-jackson",
        "org.springframework.boot.cache, spring-boot-starter-cache",
        "org.springframework.cache.transaction, spring-boot-starter-cache"
    })
    void applicationWithoutPackageIsToldTheStarter(String absent, String starter) {
        runner().withUserConfiguration(Caching.class)
                .withClassLoader(new FilteredClassLoader(absent))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOfSatisfying(
                                                FailureAnalyzedException.class,
                                                failure ->
                                                        assertThat(failure.analysis().getAction())
                                                                .contains(":" + starter + ",")));
    }

    @Test
    void heapIsNoSubstituteForTheStore() {
        runner().withConfiguration(AutoConfigurations.of(CacheAutoConfiguration.class))
                .withUserConfiguration(Caching.class)
                .withClassLoader(new FilteredClassLoader("tools.jackson"))
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void applicationThatDoesNotEnableCachingIsWarned(CapturedOutput output) {
        runner().run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("WARN").contains("add @EnableCaching");
    }

    @Test
    void nothingIsSaidWhenThereIsACache(CapturedOutput output) {
        runner().withUserConfiguration(Caching.class)
                .run(context -> assertThat(context).hasSingleBean(KeyValueCacheManager.class));
        assertThat(output).doesNotContain("EnableCaching");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kv.cache.enabled=false", "kv.enabled=false", "spring.cache.type=simple"})
    void backsOffBy(String property) {
        runner().withPropertyValues(property)
                .withClassLoader(new FilteredClassLoader("tools.jackson"))
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .doesNotHaveBean(MissingCacheAutoConfiguration.class));
    }

    @Test
    void backsOffBeforeCacheManagerOfTheApplication() {
        runner().withBean(ConcurrentMapCacheManager.class, ConcurrentMapCacheManager::new)
                .withClassLoader(new FilteredClassLoader("tools.jackson"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                KeyValueStoreAutoConfiguration.class,
                                KeyValueCacheAutoConfiguration.class,
                                MissingCacheAutoConfiguration.class))
                .withPropertyValues("kv.data-path=" + directory, "kv.cache.enabled=true");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    static class Caching {}
}
