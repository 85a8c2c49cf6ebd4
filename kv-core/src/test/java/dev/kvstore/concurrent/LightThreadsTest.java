package dev.kvstore.concurrent;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Thousands of virtual threads that wait for the disk at a time; hundreds before JDK 21. */
class LightThreadsTest {

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @Test
    void eachOfThousandsIsServed() {
        int threads = Runtime.version().feature() >= 21 ? 4000 : 400;
        KeyValueStore store = stores.open(StoreOptions.defaults().withBackgroundCompaction(0.1));
        Workers workers = Workers.onLightThreads();
        for (int i = 0; i < threads; i++) {
            int number = i;
            workers.start(() -> use(store, number));
        }
        for (int i = 0; i < threads; i += 7) {
            workers.threads().get(i).interrupt();
        }
        workers.finish();

        assertThat(store.size()).isEqualTo(threads);
        for (int i = 0; i < threads; i++) {
            assertHolds(store, i, 3, 100);
        }
    }

    private static void use(KeyValueStore store, int number) {
        store.set(key(number), value(number, 1, 100));
        assertHolds(store, number, 1, 100);
        assertThat(store.delete(key(number))).isTrue();
        assertThat(store.setIfAbsent(key(number), value(number, 2, 100))).isTrue();
        assertThat(store.update(key(number), value(number, 3, 100))).isTrue();
        assertHolds(store, number, 3, 100);
    }
}
