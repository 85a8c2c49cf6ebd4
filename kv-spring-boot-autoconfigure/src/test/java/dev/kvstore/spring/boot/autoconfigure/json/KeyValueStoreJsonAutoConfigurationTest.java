package dev.kvstore.spring.boot.autoconfigure.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.Mockito.mock;

import dev.kvstore.Codec;
import dev.kvstore.DecodingException;
import dev.kvstore.KeyValueStore;
import dev.kvstore.TypedStore;
import dev.kvstore.spring.boot.KeyValueStores;
import dev.kvstore.spring.boot.NoSuchKeyValueStoreException;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.json.TypedStores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;
import tools.jackson.databind.json.JsonMapper;

class KeyValueStoreJsonAutoConfigurationTest {

    record Cart(String ownerName, Instant created) {}

    private static final Cart CART = new Cart("ann", Instant.parse("2026-01-02T03:04:05Z"));
    private static final String CART_JSON =
            "{\"created\":\"2026-01-02T03:04:05Z\",\"ownerName\":\"ann\"}";

    @TempDir Path directory;

    @Test
    void storesAreTypedByName() {
        runner().run(
                        context -> {
                            TypedStores stores = context.getBean(TypedStores.class);
                            TypedStore<String, Cart> carts =
                                    stores.of("keyValueStore", String.class, Cart.class);
                            carts.set("a", CART);
                            assertThat(carts.get("a")).isEqualTo(CART);
                            assertThat(context.getBean(KeyValueStore.class).get("a"))
                                    .isEqualTo(CART_JSON);
                        });
    }

    @Test
    void namedStoresAreTypedByTheirNames() {
        runner().withPropertyValues("kv.stores.carts.segment-size=64KB")
                .run(
                        context -> {
                            context.getBean(TypedStores.class)
                                    .of("carts", String.class, Cart.class)
                                    .set("a", CART);
                            assertThat(context.getBean("carts", KeyValueStore.class).get("a"))
                                    .isEqualTo(CART_JSON);
                        });
    }

    @Test
    void everyTypeOfKeyHasItsCodec() {
        runner().run(
                        context -> {
                            TypedStores stores = context.getBean(TypedStores.class);
                            KeyValueStore store = context.getBean(KeyValueStore.class);
                            UUID uuid = new UUID(1, 2);
                            stores.of("keyValueStore", UUID.class, String.class).set(uuid, "u");
                            stores.of("keyValueStore", Long.class, String.class).set(7L, "l");
                            stores.of("keyValueStore", byte[].class, String.class)
                                    .set(new byte[] {9}, "b");
                            assertThat(store.get(Codec.uuids().encode(uuid)))
                                    .isEqualTo("\"u\"".getBytes());
                            assertThat(store.get(Codec.longs().encode(7L)))
                                    .isEqualTo("\"l\"".getBytes());
                            assertThat(store.get(new byte[] {9})).isEqualTo("\"b\"".getBytes());
                        });
    }

    @Test
    void valuesMayHaveTypesWithParameters() {
        runner().run(
                        context -> {
                            TypedStore<String, List<Cart>> carts =
                                    context.getBean(TypedStores.class)
                                            .of(
                                                    "keyValueStore",
                                                    String.class,
                                                    new ParameterizedTypeReference<>() {});
                            carts.set("all", List.of(CART));
                            Map<String, List<Cart>> found = new HashMap<>();
                            carts.forEach(found::put);
                            assertThat(found).containsExactly(entry("all", List.of(CART)));
                        });
    }

    // Each of these changes what the application's own mapper writes, as the test makes sure.
    @Test
    void settingsOfTheApplicationDoNotChangeWhatIsStored() {
        runner().withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
                .withPropertyValues(
                        "spring.jackson.property-naming-strategy=SNAKE_CASE",
                        "spring.jackson.datatype.datetime.write-dates-as-timestamps=true",
                        "spring.jackson.serialization.indent-output=true",
                        "spring.jackson.default-property-inclusion=non_null",
                        "spring.jackson.deserialization.fail-on-unknown-properties=true")
                .run(
                        context -> {
                            assertThat(context.getBean(JsonMapper.class).writeValueAsString(CART))
                                    .contains("owner_name")
                                    .isNotEqualTo(CART_JSON);
                            context.getBean(TypedStores.class)
                                    .of("keyValueStore", String.class, Cart.class)
                                    .set("a", CART);
                            assertThat(context.getBean(KeyValueStore.class).get("a"))
                                    .isEqualTo(CART_JSON);
                        });
    }

    @Test
    void valueOfAnotherFormIsNamed() {
        runner().run(
                        context -> {
                            context.getBean(KeyValueStore.class).set("a", "[1]");
                            TypedStore<String, Cart> carts =
                                    context.getBean(TypedStores.class)
                                            .of("keyValueStore", String.class, Cart.class);
                            assertThatExceptionOfType(DecodingException.class)
                                    .isThrownBy(() -> carts.get("a"))
                                    .withMessageContaining("'a'")
                                    .withMessageContaining("JSON of " + Cart.class.getName());
                            context.getBean(KeyValueStore.class).set("a", "null");
                            assertThatExceptionOfType(DecodingException.class)
                                    .isThrownBy(() -> carts.get("a"));
                        });
    }

    @Test
    void unknownStoresAndKeysAreRefused() {
        runner().run(
                        context -> {
                            TypedStores stores = context.getBean(TypedStores.class);
                            assertThatExceptionOfType(NoSuchKeyValueStoreException.class)
                                    .isThrownBy(() -> stores.of("cart", String.class, Cart.class));
                            assertThatIllegalArgumentException()
                                    .isThrownBy(
                                            () ->
                                                    stores.of(
                                                            "keyValueStore",
                                                            Cart.class,
                                                            Cart.class))
                                    .withMessageContaining(Cart.class.getName());
                        });
    }

    @Test
    void backsOffWithoutJackson() {
        runner().withClassLoader(new FilteredClassLoader(JsonMapper.class))
                .run(context -> assertThat(context).doesNotHaveBean("typedStores"));
    }

    @Test
    void backsOffWithoutStore() {
        runner().withPropertyValues("kv.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(TypedStores.class));
    }

    @Test
    void backsOffBeforeBeanOfTheApplication() {
        TypedStores own = new TypedStores(mock(KeyValueStores.class));
        runner().withBean("own", TypedStores.class, () -> own)
                .run(context -> assertThat(context).getBean(TypedStores.class).isSameAs(own));
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                KeyValueStoreAutoConfiguration.class,
                                KeyValueStoreJsonAutoConfiguration.class))
                .withPropertyValues("kv.data-path=" + directory);
    }
}
