package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreState;
import dev.kvstore.testing.StoreFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

@ExtendWith(OutputCaptureExtension.class)
class KeyValueStoreAutoConfigurationTest {

    @TempDir Path directory;

    private final ApplicationContextRunner contextRunner =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(KeyValueStoreAutoConfiguration.class));

    @Test
    void opensStoreInDataPath() {
        withDataPath()
                .run(
                        context -> {
                            KeyValueStore store = context.getBean(KeyValueStore.class);
                            store.set("key", "value");
                            assertThat(store.get("key")).isEqualTo("value");
                            assertThat(store.stats().dataPath()).isEqualTo(directory);
                        });
    }

    @Test
    void keepsEntriesFromOneContextToTheNext() {
        withDataPath().run(context -> context.getBean(KeyValueStore.class).set("key", "value"));
        withDataPath()
                .run(
                        context ->
                                assertThat(context.getBean(KeyValueStore.class).get("key"))
                                        .isEqualTo("value"));
    }

    @Test
    void logsAbsolutePathAndRecoveryWhenItOpens(CapturedOutput output) {
        withDataPath()
                .run(
                        context -> {
                            assertThat(output)
                                    .containsPattern(
                                            "INFO .*Opened the key-value store in "
                                                    + directory
                                                    + " in \\d+ ms: new");
                            context.getBean(KeyValueStore.class).set("key", "value");
                        });
        withDataPath()
                .run(context -> assertThat(output).contains("1 keys, properly closed before"));
    }

    @Test
    void logsWhatRecoveryDidAfterCrash(CapturedOutput output) {
        Path crashed = directory.resolve("crashed");
        try (KeyValueStore store = KeyValueStore.open(directory.resolve("running"))) {
            store.set("key", "value");
            StoreFiles.copyAtRest(directory.resolve("running"), crashed);
        }
        contextRunner
                .withPropertyValues("kv.data-path=" + crashed)
                .run(
                        context ->
                                assertThat(output)
                                        .contains("Opened the key-value store in " + crashed)
                                        .contains("1 keys, not properly closed before")
                                        .containsPattern(
                                                "index rebuilt from \\d+ records in \\d+ seg"));
    }

    @Test
    void logsWhenItCloses(CapturedOutput output) {
        withDataPath().run(context -> {});
        assertThat(output).contains("Closed the key-value store in " + directory);
    }

    @Test
    void isDisabledByProperty() {
        contextRunner
                .withPropertyValues("kv.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(KeyValueStore.class));
    }

    @Test
    void backsOffFromStoreOfTheApplication() {
        contextRunner
                .withBean("ownStore", KeyValueStore.class, () -> mock(KeyValueStore.class))
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .hasSingleBean(KeyValueStore.class)
                                        .hasBean("ownStore"));
    }

    @Test
    void failsWithoutDataPath() {
        contextRunner.run(this::assertDataPathIsMissing);
        contextRunner.withPropertyValues("kv.data-path= ").run(this::assertDataPathIsMissing);
    }

    @Test
    void takesDataPathOfCustomizer() {
        contextRunner
                .withBean(
                        KeyValueStoreBuilderCustomizer.class,
                        () -> builder -> builder.dataPath(directory))
                .run(context -> assertThat(context).hasSingleBean(KeyValueStore.class));
    }

    @Test
    void customizersComeAfterPropertiesInTheirOrder() {
        withDataPath()
                .withPropertyValues("kv.durability=sync")
                .withUserConfiguration(Customizers.class)
                .run(
                        context -> {
                            assertThat(context.getBean(Customizers.class).calls)
                                    .containsExactly("first", "second");
                            assertThat(context.getBean(KeyValueStore.class).stats().durability())
                                    .isEqualTo(Durability.INTERVAL);
                        });
    }

    @Test
    void opensStoreForReadingOnly(CapturedOutput output) {
        withDataPath().run(context -> context.getBean(KeyValueStore.class).set("key", "value"));
        withDataPath()
                .withPropertyValues("kv.read-only=true")
                .run(
                        context -> {
                            assertThat(context.getBean(KeyValueStore.class).stats().state())
                                    .isEqualTo(StoreState.READ_ONLY);
                            assertThat(output).contains(directory + " (read-only) in ");
                        });
    }

    private ApplicationContextRunner withDataPath() {
        return contextRunner.withPropertyValues("kv.data-path=" + directory);
    }

    private void assertDataPathIsMissing(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        assertThat(context.getStartupFailure())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .cause()
                .isInstanceOfSatisfying(
                        FailureAnalyzedException.class,
                        failure ->
                                assertThat(failure.analysis().getAction())
                                        .contains("Set 'kv.data-path'"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        final List<String> calls = new ArrayList<>();

        @Bean
        @Order(2)
        KeyValueStoreBuilderCustomizer second() {
            return builder -> {
                calls.add("second");
                builder.durability(Durability.INTERVAL);
            };
        }

        @Bean
        @Order(1)
        KeyValueStoreBuilderCustomizer first() {
            return builder -> {
                calls.add("first");
                builder.durability(Durability.OS);
            };
        }
    }
}
