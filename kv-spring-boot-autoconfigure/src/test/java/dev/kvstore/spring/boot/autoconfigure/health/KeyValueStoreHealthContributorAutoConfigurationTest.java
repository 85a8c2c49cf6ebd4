package dev.kvstore.spring.boot.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.health.KeyValueStoreHealthIndicator;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class KeyValueStoreHealthContributorAutoConfigurationTest {

    private final ApplicationContextRunner contextRunner =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    KeyValueStoreAutoConfiguration.class,
                                    KeyValueStoreHealthContributorAutoConfiguration.class,
                                    HealthContributorAutoConfiguration.class));

    private final ApplicationContextRunner withStore =
            contextRunner.withBean(KeyValueStore.class, () -> mock(KeyValueStore.class));

    @Test
    void indicatorIsThere() {
        withStore.run(
                context ->
                        assertThat(context)
                                .hasBean("kvHealthContributor")
                                .hasSingleBean(KeyValueStoreHealthIndicator.class));
    }

    @Test
    void severalStoresMakeComposite() {
        contextRunner
                .withBean("orders", KeyValueStore.class, () -> mock(KeyValueStore.class))
                .withBean("carts", KeyValueStore.class, () -> mock(KeyValueStore.class))
                .run(
                        context ->
                                assertThat(context.getBean(CompositeHealthContributor.class))
                                        .extracting(HealthContributors.Entry::name)
                                        .containsExactlyInAnyOrder("orders", "carts"));
    }

    @Test
    void isDisabledByProperty() {
        withStore
                .withPropertyValues("management.health.kv.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("kvHealthContributor"));
    }

    @Test
    void isDisabledWithAllDefaultsOff() {
        withStore
                .withPropertyValues("management.health.defaults.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("kvHealthContributor"));
    }

    @Test
    void backsOffFromIndicatorOfTheApplication() {
        withStore
                .withBean(
                        "kvHealthIndicator",
                        HealthIndicator.class,
                        () -> () -> Health.unknown().build())
                .run(context -> assertThat(context).doesNotHaveBean("kvHealthContributor"));
    }

    @Test
    void backsOffWithoutStore() {
        contextRunner
                .withPropertyValues("kv.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("kvHealthContributor"));
    }

    @Test
    void backsOffWithoutHealth() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                KeyValueStoreAutoConfiguration.class,
                                KeyValueStoreHealthContributorAutoConfiguration.class))
                .withBean(KeyValueStore.class, () -> mock(KeyValueStore.class))
                .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .doesNotHaveBean("kvHealthContributor"));
    }
}
