package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.Workers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What can be said of durability without pulling a plug: whatever was acknowledged is there after
 * the store was closed and opened again, in every mode. For every implementation.
 */
public abstract class DurabilityContract extends StoreContract {

    @Test
    void eachKindOfWriteIsThereAfterAReopen() {
        KeyValueStore store = stores.open();
        store.set("set", "v");
        assertThat(stores.reopen().get("set")).isEqualTo("v");
        stores.reopen().update("set", "w");
        assertThat(stores.reopen().get("set")).isEqualTo("w");
        stores.reopen().compareAndSet("set", "w", "x");
        assertThat(stores.reopen().get("set")).isEqualTo("x");
        stores.reopen().setIfAbsent("absent", "v");
        assertThat(stores.reopen().get("absent")).isEqualTo("v");
        stores.reopen().set("limited", "v", Duration.ofDays(1));
        assertThat(stores.reopen().get("limited")).isEqualTo("v");
        stores.reopen().delete("set");
        assertThat(stores.reopen().get("set")).isNull();
        stores.reopen().write(new WriteBatch().set("batch", "v").delete("absent"));
        assertThat(stores.reopen().get("batch")).isEqualTo("v");
        assertThat(stores.reopen().size()).isEqualTo(2);
    }

    @Test
    void theLastWriteBeforeTheCloseIsThere() {
        for (int version = 1; version <= 30; version++) {
            KeyValueStore store = stores.open();
            store.set(key(0), value(0, version, 3000));
            assertHolds(stores.reopen(), 0, version, 3000);
        }
    }

    @Test
    void writesOfManyThreadsAreThereAfterAReopen() {
        KeyValueStore store = stores.open();
        AtomicInteger next = new AtomicInteger();
        Workers workers = new Workers();
        for (int thread = 0; thread < 8; thread++) {
            workers.repeat(
                    60,
                    () -> {
                        int number = next.getAndIncrement();
                        store.set(key(number), value(number, 1, 700));
                    });
        }
        workers.finish();

        KeyValueStore reopened = stores.reopen();
        assertThat(reopened.size()).isEqualTo(480);
        for (int i = 0; i < 480; i++) {
            assertHolds(reopened, i, 1, 700);
        }
    }

    @Test
    void syncCanBeCalledAtAnyTime() {
        KeyValueStore store = stores.open();
        store.sync();
        store.set("k", "v");
        store.sync();
        store.sync();
        fill(store, 0, 300, 1, 500);
        store.sync();
        store.compact();
        store.sync();

        assertThat(stores.reopen().size()).isEqualTo(301);
    }

    @Test
    void syncAmongWritersWaitsForNobody() {
        KeyValueStore store = stores.open();
        AtomicInteger next = new AtomicInteger();
        Workers workers = new Workers();
        workers.meanwhile(store::sync);
        for (int thread = 0; thread < 3; thread++) {
            workers.repeat(
                    100,
                    () -> {
                        int number = next.getAndIncrement();
                        store.set(key(number), value(number, 1, 300));
                    });
        }
        workers.finish();

        assertThat(stores.reopen().size()).isEqualTo(300);
    }

    @Test
    void aReopenDoesNotChangeTheOrderOfWrites() {
        KeyValueStore store = stores.open();
        for (int round = 1; round <= 6; round++) {
            fill(store, 0, 100, round, 600);
            StoreContents written = StoreContents.of(store);
            long sequence = store.stats().lastSequence();
            store = stores.reopen();
            assertThat(store.stats().lastSequence()).isGreaterThanOrEqualTo(sequence);
            StoreContents.of(store).assertSameAs(written);
        }
    }
}
