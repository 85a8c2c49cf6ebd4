package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreCall;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.VersionedKeys;
import dev.kvstore.testing.Workers;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
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

    @Test
    default void anInterruptAnywhereWithinACallIsKept() {
        Random random = new Random(Seed.announce("Interrupts"));
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.1));
        fill(store, 0, 200, 1, 500);
        for (int round = 0; round < 4; round++) {
            for (StoreCall call : StoreCall.all()) {
                interruptWithin(() -> call.on(store), call.name(), random);
            }
        }
        assertThat(store.size()).isBetween(200L, 201L);
    }

    @Test
    default void anInterruptWithinOpenOrCloseIsKept() {
        Random random = new Random(Seed.announce("Interrupts"));
        fill(stores().open(), 0, 200, 1, 500);
        for (int round = 0; round < 10; round++) {
            interruptWithin(() -> stores().close(), "close", random);
            interruptWithin(() -> stores().reopen(), "open", random);
        }
        KeyValueStore store = stores().reopen();
        assertThat(store.stats().recovery().clean()).isTrue();
        assertThat(store.size()).isEqualTo(200);
    }

    /** Interrupts a thread at some moment of a call, or a little earlier or later. */
    private static void interruptWithin(Runnable call, String name, Random random) {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Workers workers = new Workers();
        workers.start(
                () -> {
                    begun.countDown();
                    call.run();
                    while (interrupted.getCount() > 0) {
                        Thread.onSpinWait(); // not await, which would take the flag
                    }
                    assertThat(Thread.interrupted()).as("flag after %s", name).isTrue();
                });
        Thread caller = workers.threads().get(0);
        workers.start(
                () -> {
                    begun.await();
                    LockSupport.parkNanos(
                            random.nextInt(random.nextBoolean() ? 50_000 : 1_000_000));
                    caller.interrupt();
                    interrupted.countDown();
                });
        workers.finish();
    }
}
