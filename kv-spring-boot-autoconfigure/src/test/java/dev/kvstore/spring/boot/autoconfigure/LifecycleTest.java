package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import jakarta.annotation.PreDestroy;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
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

    private String read(String key) {
        try (KeyValueStore store = KeyValueStore.open(directory)) {
            return store.get(key);
        }
    }

    private static Object fail() {
        throw new IllegalStateException("broken on purpose");
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
