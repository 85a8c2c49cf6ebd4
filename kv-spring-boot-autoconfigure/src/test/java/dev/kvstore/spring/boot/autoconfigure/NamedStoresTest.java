package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.spring.boot.DelegatingKeyValueStore;
import dev.kvstore.spring.boot.KeyValueStores;
import dev.kvstore.spring.boot.NoSuchKeyValueStoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class NamedStoresTest {

    @TempDir Path directory;

    private final ApplicationContextRunner contextRunner =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(KeyValueStoreAutoConfiguration.class));

    @Test
    void eachStoreIsInjectedByItsName() {
        withProperties(
                        "kv.data-path=" + path("main"),
                        "kv.stores.orders.data-path=" + path("orders"),
                        "kv.stores.carts.segment-size=1MB")
                .withBean(Injected.class)
                .run(
                        context -> {
                            Injected injected = context.getBean(Injected.class);
                            assertThat(pathOf(injected.unqualified())).isEqualTo(path("main"));
                            assertThat(pathOf(injected.orders())).isEqualTo(path("orders"));
                            assertThat(pathOf(injected.carts()))
                                    .isEqualTo(path("main/stores/carts"));
                        });
    }

    // Spring would take a bean of the parameter's name, but for one that is a fallback.
    @Test
    void injectionWithoutQualifierGetsDefaultStoreWhateverTheParameterIsCalled() {
        withProperties("kv.data-path=" + path("main"), "kv.stores.orders.segment-size=1MB")
                .withBean(CalledOrders.class)
                .run(
                        context ->
                                assertThat(pathOf(context.getBean(CalledOrders.class).orders()))
                                        .isEqualTo(path("main")));
    }

    @Test
    void storesKeepTheirEntriesApart() {
        ApplicationContextRunner runner =
                withProperties(
                        "kv.data-path=" + path("main"), "kv.stores.orders.segment-size=64KB");
        runner.run(
                context -> {
                    KeyValueStores stores = context.getBean(KeyValueStores.class);
                    stores.get("keyValueStore").set("key", "default");
                    stores.get("orders").set("key", "orders");
                });
        runner.run(
                context -> {
                    KeyValueStores stores = context.getBean(KeyValueStores.class);
                    assertThat(stores.get("keyValueStore").get("key")).isEqualTo("default");
                    assertThat(stores.get("orders").get("key")).isEqualTo("orders");
                });
    }

    @Test
    void whatIsNotSetIsAsForTheDefaultStore() {
        withProperties(
                        "kv.data-path=" + path("main"),
                        "kv.durability=os",
                        "kv.stores.orders.durability=interval",
                        "kv.stores.carts.verify-checksums=false")
                .run(
                        context -> {
                            assertThat(durability(context, "keyValueStore"))
                                    .isEqualTo(Durability.OS);
                            assertThat(durability(context, "orders"))
                                    .isEqualTo(Durability.INTERVAL);
                            assertThat(durability(context, "carts")).isEqualTo(Durability.OS);
                        });
    }

    // What "orders: {}" in YAML becomes.
    @Test
    void storeNeedsNoPropertyOfItsOwn() {
        withProperties("kv.data-path=" + path("main"), "kv.stores.orders=")
                .run(
                        context ->
                                assertThat(pathOf(context.getBean("orders", KeyValueStore.class)))
                                        .isEqualTo(path("main/stores/orders")));
    }

    @Test
    void indexPathIsNotShared() {
        withProperties(
                        "kv.data-path=" + path("main"),
                        "kv.index-path=" + path("index"),
                        "kv.stores.orders.data-path=" + path("orders"))
                .run(
                        context -> {
                            assertThat(context).hasNotFailed();
                            assertThat(path("index")).exists();
                            assertThat(path("orders/index.kvi")).exists();
                        });
    }

    @Test
    void onlyStoreThereIsNeedsNoName() {
        withProperties("kv.stores.orders.data-path=" + path("orders"))
                .run(
                        context -> {
                            assertThat(context).hasSingleBean(KeyValueStore.class);
                            assertThat(pathOf(context.getBean(KeyValueStore.class)))
                                    .isEqualTo(path("orders"));
                        });
    }

    @Test
    void severalNamedStoresMakeNoDefault() {
        withProperties(
                        "kv.stores.orders.data-path=" + path("orders"),
                        "kv.stores.carts.data-path=" + path("carts"))
                .run(
                        context -> {
                            assertThat(context.getBean(KeyValueStores.class).names())
                                    .containsExactlyInAnyOrder("carts", "orders");
                            assertThatExceptionOfType(NoUniqueBeanDefinitionException.class)
                                    .isThrownBy(() -> context.getBean(KeyValueStore.class))
                                    .withMessageContainingAll("carts", "orders");
                        });
    }

    @Test
    void storeOfTheApplicationReplacesTheDefault() {
        KeyValueStore own = mock(KeyValueStore.class);
        withProperties("kv.data-path=" + path("main"), "kv.stores.orders.segment-size=64KB")
                .withBean("ownStore", KeyValueStore.class, () -> own)
                .run(
                        context -> {
                            assertThat(context.getBean(KeyValueStore.class)).isSameAs(own);
                            assertThat(context.getBean(KeyValueStores.class).names())
                                    .containsExactlyInAnyOrder("ownStore", "orders");
                            assertThat(context.getBean(KeyValueStores.class).get("ownStore"))
                                    .isSameAs(own);
                        });
        assertThat(path("main/store.kv")).doesNotExist();
    }

    @Test
    void storeOfTheApplicationMayBeMadeOfNamedOne() {
        withProperties("kv.stores.orders.data-path=" + path("orders"))
                .withUserConfiguration(Decorating.class)
                .run(
                        context ->
                                assertThat(pathOf(context.getBean(KeyValueStore.class)))
                                        .isEqualTo(path("orders")));
    }

    @Test
    void storesOfTheApplicationReplaceTheBeanOfAllStores() {
        withProperties("kv.data-path=" + path("main"))
                .withBean("own", KeyValueStores.class, () -> mock(KeyValueStores.class))
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(KeyValueStores.class)
                                        .hasBean("own"));
    }

    @Test
    void unknownNameIsAnsweredWithTheKnownOnes() {
        withProperties("kv.data-path=" + path("main"), "kv.stores.orders.segment-size=64KB")
                .run(
                        context ->
                                assertThatExceptionOfType(NoSuchKeyValueStoreException.class)
                                        .isThrownBy(
                                                () ->
                                                        context.getBean(KeyValueStores.class)
                                                                .get("order"))
                                        .withMessage(
                                                "There is no key-value store 'order'. There are:"
                                                        + " keyValueStore, orders.")
                                        .returns("order", NoSuchKeyValueStoreException::getName));
    }

    @Test
    void whatIsNeverInjectedIsNoStore() {
        withProperties("kv.data-path=" + path("main"))
                .withBean(
                        "hidden",
                        KeyValueStore.class,
                        () -> mock(KeyValueStore.class),
                        definition -> definition.setAutowireCandidate(false))
                .run(
                        context ->
                                assertThat(context.getBean(KeyValueStores.class).names())
                                        .doesNotContain("hidden"));
    }

    @Test
    void customizersAreToldTheNameOfTheStore() {
        withProperties("kv.data-path=" + path("main"), "kv.stores.orders.segment-size=64KB")
                .withUserConfiguration(Customizers.class)
                .run(
                        context -> {
                            assertThat(context.getBean(Customizers.class).calls)
                                    .containsExactlyInAnyOrder("keyValueStore", "orders");
                            assertThat(durability(context, "orders")).isEqualTo(Durability.OS);
                            assertThat(durability(context, "keyValueStore"))
                                    .isEqualTo(Durability.SYNC);
                        });
    }

    @Test
    void logTellsTheNameOfTheStore(CapturedOutput output) {
        withProperties("kv.stores.orders.data-path=" + path("orders")).run(context -> {});
        assertThat(output)
                .contains("Opened the key-value store 'orders' in " + path("orders"))
                .contains("Closed the key-value store 'orders' in " + path("orders"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"web.sessions", "web_sessions", "web-sessions", "webSessions", "7"})
    void namesOfLettersDigitsAndFewMoreAreFine(String name) {
        withProperties("kv.data-path=" + path("main"), "kv.stores[" + name + "].segment-size=64KB")
                .run(
                        context -> {
                            assertThat(context).hasNotFailed().hasBean(name);
                            assertThat(path("main/stores").resolve(name)).isDirectory();
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../up",
                "a/b",
                "a\\b",
                "/tmp/x",
                ".hidden",
                "dot.",
                "-option",
                "with space",
                "straße",
                "nul\u0000",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            })
    void namesThatNoDirectoryShouldHaveAreRefused(String name) {
        String property = "kv.stores[" + name + "].segment-size";
        withProperties("kv.data-path=" + path("main"), property + "=64KB")
                .run(
                        context ->
                                assertThat(analysis(context).getDescription())
                                        .contains("The name '" + name + "' of a key-value store")
                                        .contains("in the property '" + property + "'")
                                        .contains("is not valid"));
        assertThat(path("main")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keyValueStore", "keyValueStores"})
    void namesOfOurOwnBeansAreRefused(String name) {
        withProperties("kv.data-path=" + path("main"), "kv.stores." + name + ".segment-size=64KB")
                .run(
                        context ->
                                assertThat(analysis(context).getDescription())
                                        .contains("'" + name + "'", "is taken"));
    }

    @Test
    void nameOfAnotherBeanIsRefused() {
        withProperties("kv.stores.orders.data-path=" + path("orders"))
                .withBean("orders", Object.class, Object::new)
                .run(
                        context ->
                                assertThat(analysis(context).getDescription())
                                        .contains("'orders', configured under 'kv.stores.orders'")
                                        .contains("another one already"));
    }

    @Test
    void namesThatDifferOnlyInCaseAreRefused() {
        withProperties(
                        "kv.data-path=" + path("main"),
                        "kv.stores[web.Sessions].segment-size=64KB",
                        "kv.stores[Web.sessions].segment-size=64KB")
                .run(
                        context ->
                                assertThat(analysis(context).getDescription())
                                        .contains("'web.Sessions'", "'Web.sessions'")
                                        .contains("differ only in case"));
    }

    @Test
    void storeWithoutAnyPathIsRefused() {
        withProperties("kv.stores.orders.segment-size=64KB")
                .run(
                        context ->
                                assertThat(analysis(context))
                                        .satisfies(
                                                analysis ->
                                                        assertThat(analysis.getDescription())
                                                                .contains(
                                                                        "'kv.stores.orders"
                                                                                + ".data-path' is"
                                                                                + " not set"),
                                                analysis ->
                                                        assertThat(analysis.getAction())
                                                                .contains(
                                                                        "Set 'kv.stores.orders"
                                                                                + ".data-path'")));
    }

    @ParameterizedTest
    @CsvSource({
        "kv.segment-size, 64KB, kv.stores.orders.segment-size, 1B, kv.stores.orders.segment-size",
        "kv.compaction.garbage-ratio, 2, kv.stores.orders.segment-size, 64KB,"
                + " kv.compaction.garbage-ratio",
    })
    void badValueIsReportedUnderTheNameItIsSetBy(
            String name, String value, String otherName, String otherValue, String reported) {
        withProperties(
                        "kv.stores.orders.data-path=" + path("orders"),
                        name + "=" + value,
                        otherName + "=" + otherValue)
                .run(context -> assertThat(invalid(context)).isEqualTo(reported));
    }

    @Test
    void twoStoresInOneDirectoryAreRefused() {
        assertThatOneDirectoryIsRefused(path("main").toString());
    }

    @Test
    void twoStoresInOneDirectoryAreRefusedHoweverItIsSpelled() {
        assertThatOneDirectoryIsRefused(directory + "/not/there/../.." + "/./main/../main");
        assertThatOneDirectoryIsRefused("file:" + path("main"));
    }

    @Test
    void twoStoresInOneDirectoryAreRefusedBehindLinks() throws IOException {
        Files.createDirectories(path("main"));
        Files.createSymbolicLink(path("link"), path("main"));
        assertThatOneDirectoryIsRefused(path("link").toString());
        Files.createSymbolicLink(path("above"), directory);
        assertThatOneDirectoryIsRefused(path("above/main").toString());
    }

    @Test
    void twoNamedStoresInOneDirectoryAreRefused() {
        withProperties(
                        "kv.stores.orders.data-path=" + path("one"),
                        "kv.stores[web.carts].data-path=" + path("one"))
                .run(
                        context ->
                                assertThat(analysis(context).getDescription())
                                        .contains("'kv.stores.orders.data-path'")
                                        .contains("'kv.stores[web.carts].data-path'"));
    }

    @Test
    void directoryOfDefaultedPathCanBeTakenToo() {
        withProperties(
                        "kv.data-path=" + path("main"),
                        "kv.stores.orders.segment-size=64KB",
                        "kv.stores.carts.data-path=" + path("main/stores/orders"))
                .run(
                        context ->
                                assertThat(analysis(context).getDescription())
                                        .contains("'kv.stores.orders.data-path'")
                                        .contains("'kv.stores.carts.data-path'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"index", "orders/index.kvi"})
    void twoStoresWithOneIndexFileAreRefused(String index) {
        List<String> properties = new ArrayList<>();
        properties.add("kv.data-path=" + path("main"));
        properties.add("kv.index-path=" + path(index));
        properties.add("kv.stores.orders.data-path=" + path("orders"));
        if (index.equals("index")) {
            properties.add("kv.stores.orders.index-path=" + directory + "/main/../index");
        }
        withProperties(properties.toArray(String[]::new))
                .run(
                        context ->
                                assertThat(analysis(context).getDescription())
                                        .contains("have one index file")
                                        .contains("'kv.index-path'")
                                        .contains("'kv.stores.orders.index-path'")
                                        .contains(path(index).toString()));
    }

    private void assertThatOneDirectoryIsRefused(String secondPath) {
        withProperties("kv.data-path=" + path("main"), "kv.stores.orders.data-path=" + secondPath)
                .run(
                        context -> {
                            assertThat(analysis(context).getDescription())
                                    .contains("have one directory")
                                    .contains("'kv.data-path'")
                                    .contains("'kv.stores.orders.data-path'")
                                    .contains(path("main").toString());
                        });
    }

    private ApplicationContextRunner withProperties(String... properties) {
        return contextRunner.withPropertyValues(properties);
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private static Path pathOf(KeyValueStore store) {
        return store.stats().dataPath();
    }

    private static Durability durability(AssertableApplicationContext context, String name) {
        return context.getBean(KeyValueStores.class).get(name).stats().durability();
    }

    private static FailureAnalysis analysis(AssertableApplicationContext context) {
        return cause(context, FailureAnalyzedException.class).analysis();
    }

    private static String invalid(AssertableApplicationContext context) {
        return cause(context, InvalidConfigurationPropertyValueException.class).getName();
    }

    private static <T extends Throwable> T cause(
            AssertableApplicationContext context, Class<T> type) {
        Throwable failure = context.getStartupFailure();
        assertThat(failure).as("failure to start").isNotNull();
        while (failure != null && !type.isInstance(failure)) {
            failure = failure.getCause();
        }
        assertThat(failure).as("cause of %s", context.getStartupFailure()).isNotNull();
        return type.cast(failure);
    }

    record Injected(
            KeyValueStore unqualified,
            @Qualifier("orders") KeyValueStore orders,
            @Qualifier("carts") KeyValueStore carts) {}

    record CalledOrders(KeyValueStore orders) {}

    @Configuration(proxyBeanMethods = false)
    static class Decorating {

        @Bean
        KeyValueStore decorated(KeyValueStores stores) {
            return new DelegatingKeyValueStore() {
                @Override
                protected KeyValueStore delegate() {
                    return stores.get("orders");
                }

                @Override
                public void close() {}
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        final List<String> calls = new ArrayList<>();

        @Bean
        KeyValueStoreBuilderCustomizer ofEachStore() {
            return new KeyValueStoreBuilderCustomizer() {
                @Override
                public void customize(KeyValueStoreBuilder builder) {
                    throw new AssertionError("the other one is called");
                }

                @Override
                public void customize(String store, KeyValueStoreBuilder builder) {
                    calls.add(store);
                }
            };
        }

        @Bean
        KeyValueStoreBuilderCustomizer ofOrders() {
            return KeyValueStoreBuilderCustomizer.forStore(
                    "orders", builder -> builder.durability(Durability.OS));
        }
    }
}
