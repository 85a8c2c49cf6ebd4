package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.spring.boot.KeyValueStores;
import jakarta.annotation.PreDestroy;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The life of the store in a real context, with real files. */
class LifecycleTest {

    @TempDir Path directory;

    @Test
    void storeIsReleasedWhileTheContextIsStopped() {
        run(
                context -> {
                    KeyValueStore store = context.getBean(KeyValueStore.class);
                    store.set("key", "before");
                    context.stop();
                    assertThatExceptionOfType(StoreClosedException.class)
                            .isThrownBy(() -> store.get("key"));
                    try (KeyValueStore other = KeyValueStore.open(directory)) {
                        assertThat(other.get("key")).isEqualTo("before");
                        other.set("key", "between");
                    }
                    context.start();
                    assertThat(store.get("key")).isEqualTo("between");
                });
        assertThat(read("key")).isEqualTo("between");
    }

    @Test
    void storeIsReleasedWhileTheContextIsPaused() {
        run(
                context -> {
                    KeyValueStore store = context.getBean(KeyValueStore.class);
                    context.pause();
                    KeyValueStore.open(directory).close();
                    context.restart();
                    store.set("key", "value");
                });
        assertThat(read("key")).isEqualTo("value");
    }

    @Test
    void beansMayWriteWhenTheyAreDestroyed() {
        runner().withBean(WritesOnDestruction.class).run(context -> {});
        assertThat(read("destroyed")).isEqualTo("yes");
    }

    // The bean is made before the store, and nothing but the other bean leads from it to the store.
    @Test
    void beansThatAskForTheirStoreByNameMayWriteWhenTheyAreDestroyed() {
        namedStores()
                .withBean(WritesToAllOnDestruction.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(read("destroyed")).isEqualTo("yes");
        assertThat(read(directory.resolve("stores/orders"), "destroyed")).isEqualTo("yes");
    }

    @Test
    void namedStoresAreReleasedAndTakenAgain() {
        Path orders = directory.resolve("stores/orders");
        namedStores()
                .run(
                        context -> {
                            KeyValueStore store = context.getBean("orders", KeyValueStore.class);
                            store.set("key", "before");
                            context.getSourceApplicationContext().stop();
                            assertThatExceptionOfType(StoreClosedException.class)
                                    .isThrownBy(() -> store.get("key"))
                                    .withMessageContaining("'orders'");
                            assertThat(read(orders, "key")).isEqualTo("before");
                            context.getSourceApplicationContext().start();
                            store.set("key", "after");
                            context.getSourceApplicationContext().pause();
                            assertThat(read(orders, "key")).isEqualTo("after");
                            context.getSourceApplicationContext().restart();
                            assertThat(store.get("key")).isEqualTo("after");
                        });
        assertThat(read(orders, "key")).isEqualTo("after");
    }

    // At this rate the compaction would take weeks.
    @Test
    @Timeout(120)
    void closingContextStopsRunningCompaction() {
        String[] properties = {
            "kv.durability=os",
            "kv.segment-size=64KB",
            "kv.compaction.interval=1ms",
            "kv.compaction.rate-limit=1B"
        };
        runner().withPropertyValues(properties)
                .run(
                        context -> {
                            KeyValueStore store = context.getBean(KeyValueStore.class);
                            for (int i = 0; i < 1_000; i++) {
                                store.set("key" + i % 10, "x".repeat(1_000) + i);
                            }
                            await().until(() -> store.compactionStatus().running());
                        });
        try (KeyValueStore store = KeyValueStore.open(directory)) {
            assertThat(store.size()).isEqualTo(10);
            assertThat(store.get("key9")).isEqualTo("x".repeat(1_000) + 999);
            assertThat(store.verify().isSound()).isTrue();
        }
    }

    @Test
    void storeIsReleasedWhenTheContextFailsToStart() {
        runner().withBean("broken", Object.class, LifecycleTest::fail)
                .run(context -> assertThat(context).hasFailed());
        KeyValueStore.open(directory).close();
    }

    // The event of a child's end reaches the parent's listeners too.
    @Test
    void endOfChildContextLeavesTheStoreStoppable() {
        run(
                parent -> {
                    GenericApplicationContext child = new GenericApplicationContext(parent);
                    child.refresh();
                    child.close();
                    parent.getBean(KeyValueStore.class).set("key", "value");
                    parent.stop();
                    assertThat(read("key")).isEqualTo("value");
                });
    }

    private void run(Consumer<ConfigurableApplicationContext> test) {
        runner().run(context -> test.accept(context.getSourceApplicationContext()));
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(KeyValueStoreAutoConfiguration.class))
                .withPropertyValues("kv.data-path=" + directory);
    }

    private ApplicationContextRunner namedStores() {
        return runner().withPropertyValues("kv.stores.orders.segment-size=64KB");
    }

    private String read(String key) {
        return read(directory, key);
    }

    private static String read(Path path, String key) {
        try (KeyValueStore store = KeyValueStore.open(path)) {
            return store.get(key);
        }
    }

    private static Object fail() {
        throw new IllegalStateException("broken on purpose");
    }

    static class WritesToAllOnDestruction {

        private final KeyValueStores stores;

        WritesToAllOnDestruction(KeyValueStores stores) {
            this.stores = stores;
        }

        @PreDestroy
        void write() {
            stores.names().forEach(name -> stores.get(name).set("destroyed", "yes"));
        }
    }

    static class WritesOnDestruction {

        private final KeyValueStore store;

        WritesOnDestruction(KeyValueStore store) {
            this.store = store;
        }

        @PreDestroy
        void write() {
            store.set("destroyed", "yes");
        }
    }
}
