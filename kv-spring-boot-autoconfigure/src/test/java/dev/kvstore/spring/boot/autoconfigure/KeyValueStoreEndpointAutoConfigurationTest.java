package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreState;
import dev.kvstore.spring.boot.Figures;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpointWebExtension;
import dev.kvstore.spring.boot.actuate.endpoint.KeyValueStoreEndpoint;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.jmx.JmxEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

class KeyValueStoreEndpointAutoConfigurationTest {

    private final ApplicationContextRunner contextRunner =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    KeyValueStoreAutoConfiguration.class,
                                    KeyValueStoreEndpointAutoConfiguration.class));

    private final ApplicationContextRunner withStore =
            contextRunner.withBean(KeyValueStore.class, () -> mock(KeyValueStore.class));

    @Test
    void endpointsAreThereWhenExposed() {
        withStore
                .withPropertyValues("management.endpoints.web.exposure.include=kv,compact")
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(KeyValueStoreEndpoint.class)
                                        .hasSingleBean(CompactEndpoint.class)
                                        .hasSingleBean(CompactEndpointWebExtension.class));
    }

    @Test
    void endpointsAreAbsentWhenNotExposed() {
        withStore.run(
                context ->
                        assertThat(context)
                                .doesNotHaveBean(KeyValueStoreEndpoint.class)
                                .doesNotHaveBean(CompactEndpoint.class)
                                .doesNotHaveBean(CompactEndpointWebExtension.class));
    }

    @Test
    void endpointsAreExposedOneByOne() {
        withStore
                .withPropertyValues("management.endpoints.web.exposure.include=kv")
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(KeyValueStoreEndpoint.class)
                                        .doesNotHaveBean(CompactEndpoint.class)
                                        .doesNotHaveBean(CompactEndpointWebExtension.class));
    }

    @Test
    void endpointIsAbsentWithoutAccess() {
        withStore
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*",
                        "management.endpoint.compact.access=NONE")
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(KeyValueStoreEndpoint.class)
                                        .doesNotHaveBean(CompactEndpoint.class));
    }

    @Test
    void endpointsAreAbsentWithoutStore() {
        contextRunner
                .withPropertyValues(
                        "kv.enabled=false", "management.endpoints.web.exposure.include=*")
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .doesNotHaveBean(KeyValueStoreEndpoint.class)
                                        .doesNotHaveBean(CompactEndpoint.class));
    }

    @Test
    void backsOffFromEndpointOfTheApplication() {
        KeyValueStoreEndpoint own = new KeyValueStoreEndpoint(Map.of());
        withStore
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .withBean(KeyValueStoreEndpoint.class, () -> own)
                .run(
                        context ->
                                assertThat(context.getBean(KeyValueStoreEndpoint.class))
                                        .isSameAs(own));
    }

    @Test
    void endpointsShowEveryStoreByTheNameOfItsBean() {
        contextRunner
                .withBean("orders", KeyValueStore.class, () -> mock(KeyValueStore.class))
                .withBean("carts", KeyValueStore.class, () -> mock(KeyValueStore.class))
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .run(
                        context ->
                                assertThat(
                                                context.getBean(CompactEndpoint.class)
                                                        .compactAll()
                                                        .stores())
                                        .containsOnlyKeys("orders", "carts"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spring.application.name=none | /actuator/compact/carts",
                "management.endpoints.web.base-path=/manage | /manage/compact/carts",
                "management.endpoints.web.path-mapping.compact=shrink | /actuator/shrink/carts",
                "server.servlet.context-path=/shop | /shop/actuator/compact/carts",
                "spring.mvc.servlet.path=/api/ | /api/actuator/compact/carts",
                "management.server.port=0,server.servlet.context-path=/shop"
                        + " | /actuator/compact/carts",
                "management.server.port=0,management.server.base-path=/admin"
                        + " | /admin/actuator/compact/carts",
            })
    void answerLeadsToTheEndpointWhereverItIs(String properties, String path) {
        KeyValueStore store = mock(KeyValueStore.class);
        when(store.stats()).thenReturn(Figures.of(StoreState.OPEN, null));
        new WebApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                KeyValueStoreEndpointAutoConfiguration.class,
                                EndpointAutoConfiguration.class,
                                WebEndpointAutoConfiguration.class))
                .withBean("carts", KeyValueStore.class, () -> store)
                .withPropertyValues("management.endpoints.web.exposure.include=compact")
                .withPropertyValues(properties.split(","))
                .run(
                        context ->
                                assertThat(
                                                context.getBean(CompactEndpointWebExtension.class)
                                                        .compact("carts", false)
                                                        .getBody()
                                                        .status())
                                        .isEqualTo(path));
    }

    @Test
    void endpointsAreExposedOverJmx() {
        withStore
                .withConfiguration(
                        AutoConfigurations.of(
                                EndpointAutoConfiguration.class,
                                JmxAutoConfiguration.class,
                                JmxEndpointAutoConfiguration.class))
                .withPropertyValues(
                        "spring.jmx.enabled=true",
                        "management.endpoints.jmx.exposure.include=kv,compact")
                .run(
                        context ->
                                assertThat(
                                                context.getBean(JmxEndpointsSupplier.class)
                                                        .getEndpoints())
                                        .extracting(endpoint -> endpoint.getEndpointId().toString())
                                        .containsExactlyInAnyOrder("kv", "compact"));
    }
}
