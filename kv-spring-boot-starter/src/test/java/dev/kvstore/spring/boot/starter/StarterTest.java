package dev.kvstore.spring.boot.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

/** An application with the starter and nothing else. */
class StarterTest {

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.health.contributor.HealthIndicator",
                "org.springframework.boot.actuate.endpoint.annotation.Endpoint",
                "org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration",
                "io.micrometer.core.instrument.MeterRegistry",
                "jakarta.servlet.Servlet",
                "org.springframework.web.servlet.DispatcherServlet",
                "tools.jackson.databind.json.JsonMapper",
            })
    void optionalPartsAreReallyAbsent(String className) {
        assertThat(ClassUtils.isPresent(className, null)).isFalse();
    }

    @Test
    void storeWorks() {
        try (ConfigurableApplicationContext context = start()) {
            KeyValueStore store = context.getBean(KeyValueStore.class);
            store.set("key", "value");
            assertThat(store.get("key")).isEqualTo("value");
        }
        try (ConfigurableApplicationContext context = start()) {
            assertThat(context.getBean(KeyValueStore.class).get("key")).isEqualTo("value");
        }
    }

    @Test
    void optionalPartsBackOff() {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(Arrays.stream(context.getBeanDefinitionNames()))
                    .filteredOn(name -> name.contains("kvstore") || name.startsWith("kv"))
                    .containsExactlyInAnyOrder(
                            "dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration",
                            "kv-dev.kvstore.spring.boot.autoconfigure.KeyValueStoreProperties");
            assertThat(context.getBeanNamesForType(KeyValueStore.class))
                    .containsExactly("keyValueStore");
        }
    }

    // Or a part that nobody names in the file of imports would seem to back off, too.
    @Test
    void everyPartIsConsidered() {
        List<String> parts =
                ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
                        .getCandidates()
                        .stream()
                        .filter(name -> name.startsWith("dev.kvstore."))
                        .toList();
        assertThat(parts).hasSizeGreaterThanOrEqualTo(3);
        try (ConfigurableApplicationContext context = start()) {
            assertThat(
                            ConditionEvaluationReport.get(context.getBeanFactory())
                                    .getConditionAndOutcomesBySource())
                    .containsKeys(parts.toArray(String[]::new));
        }
    }

    private ConfigurableApplicationContext start() {
        return SpringApplication.run(Application.class, "--kv.data-path=" + directory);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
