package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.KeyValueStores;
import java.nio.file.Path;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Tests with different configurations on one directory: the test framework keeps a context for
 * later and pauses it, and the next one opens the store.
 */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class PausedContextsTest {

    @TempDir static Path directory;

    private static KeyValueStore firstStore;

    @DynamicPropertySource
    static void dataPath(DynamicPropertyRegistry registry) {
        registry.add("kv.data-path", directory::toString);
        registry.add("kv.stores.orders.segment-size", () -> "64KB");
    }

    @Nested
    @Order(1)
    @SpringBootTest(classes = TestConfiguration.class)
    class FirstContext {

        @Test
        void writes(@Autowired KeyValueStore store, @Autowired KeyValueStores stores) {
            store.set("first", "1");
            stores.get("orders").set("first", "order 1");
            firstStore = store;
        }
    }

    @Nested
    @Order(2)
    @SpringBootTest(classes = TestConfiguration.class, properties = "test.context=second")
    @DirtiesContext
    class SecondContext {

        @Test
        void readsWhatTheFirstWroteAndWrites(
                @Autowired KeyValueStore store, @Autowired KeyValueStores stores) {
            assertThat(store).isNotSameAs(firstStore);
            assertThat(store.get("first")).isEqualTo("1");
            assertThat(stores.get("orders").get("first")).isEqualTo("order 1");
            store.set("second", "2");
            stores.get("orders").set("second", "order 2");
        }
    }

    @Nested
    @Order(3)
    @SpringBootTest(classes = TestConfiguration.class)
    @DirtiesContext // or its store would outlive the directory
    class FirstContextAgain {

        @Test
        void readsWhatTheSecondWrote(
                @Autowired KeyValueStore store, @Autowired KeyValueStores stores) {
            assertThat(store).isSameAs(firstStore);
            assertThat(store.get("second")).isEqualTo("2");
            assertThat(stores.get("orders").get("second")).isEqualTo("order 2");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(KeyValueStoreAutoConfiguration.class)
    static class TestConfiguration {}
}
