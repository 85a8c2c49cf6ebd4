package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreCall;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.VersionedKeys;
import dev.kvstore.testing.Workers;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Interrupting a thread in any call harms nothing and is not swallowed. */
interface Interrupts extends StoreSuite {

    @Test
    default void everyCallCompletesAndKeepsTheFlag() {
        KeyValueStore store = stores().open();
        fill(store, 0, 300, 1, 500);
        fill(store, 0, 300, 2, 500);
        store.set("called", "value");

        for (StoreCall call : StoreCall.all()) {
            Thread.currentThread().interrupt();
            call.on(store);
            assertThat(Thread.interrupted()).as("flag after %s", call).isTrue();
        }

        assertThat(store.size()).isEqualTo(301);
    }

    @Test
    default void openAndCloseCompleteAndKeepTheFlag() {
        Thread.currentThread().interrupt();
        KeyValueStore store = stores().open();
        store.set("k", "v");
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        store.close();
        assertThat(Thread.interrupted()).isTrue();

        Thread.currentThread().interrupt();
        store = stores().reopen();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(store.get("k")).isEqualTo("v");
    }

    @Test
    default void valuesLargerThanASegmentAreWrittenByAnInterruptedThread() {
        KeyValueStore store = stores().open();
        int large = 4 * StoreOptions.SMALL_SEGMENT_BYTES;

        Thread.currentThread().interrupt();
        for (int i = 0; i < 5; i++) {
            store.set(key(i), value(i, 1, large));
        }
        store.compact();
        assertThat(Thread.interrupted()).isTrue();

        assertThat(stores().reopen().get(key(4))).isEqualTo(value(4, 1, large));
    }

    @Test
    default void aStormOfInterruptsHarmsNothing() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.1));
        Workers workers = new Workers();
        VersionedKeys keys = ManyThreads.readAndWrite(store, workers, 4, 300);
        workers.meanwhile(store::compact);
        workers.meanwhile(store::sync);
        List<Thread> disturbed = workers.threads();
        workers.meanwhile(
                () -> {
                    int next = ThreadLocalRandom.current().nextInt(disturbed.size());
                    disturbed.get(next).interrupt();
                    Thread.yield();
                });
        workers.finish();

        keys.checkAll(store);
        keys.checkAll(stores().reopen());
    }
}
