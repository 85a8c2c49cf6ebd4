package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreCall;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.VersionedKeys;
import dev.kvstore.testing.Workers;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A store that is closed while it is used answers or says that it is closed, nothing else. */
interface ClosingRaces extends StoreSuite {

    @RepeatedTest(3)
    default void acknowledgedWritesAreThereAfterACloseAmongThem() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.1));
        long seed = Seed.announce("Closing");
        VersionedKeys keys = new VersionedKeys("versioned-", 40, 400);
        Workers workers = new Workers();
        CountDownLatch underWay = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(seed + thread);
            int first = 10 * thread;
            workers.start(
                    () -> {
                        for (int i = 0; i < 50; i++) {
                            keys.write(store, first + random.nextInt(10), random);
                        }
                        underWay.countDown();
                        untilClosed(
                                () -> {
                                    keys.write(store, first + random.nextInt(10), random);
                                    keys.read(store, random.nextInt(40));
                                });
                    });
        }
        workers.start(
                () -> {
                    underWay.await();
                    store.close();
                });
        workers.finish();

        keys.checkAll(stores().reopen());
    }

    @RepeatedTest(3)
    default void everyCallRacingACloseReturnsOrIsRefused() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.1));
        fill(store, 0, 200, 1, 500);
        long seed = Seed.announce("Closing");
        List<StoreCall> calls = StoreCall.refusedWhenClosed();
        Workers workers = new Workers();
        CountDownLatch underWay = new CountDownLatch(200);
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(seed + thread);
            workers.start(
                    () ->
                            untilClosed(
                                    () -> {
                                        calls.get(random.nextInt(calls.size())).on(store);
                                        underWay.countDown();
                                    }));
        }
        workers.meanwhile(() -> StoreCall.figures().forEach(call -> call.on(store)));
        workers.start(
                () -> {
                    underWay.await();
                    store.close();
                });
        workers.finish();

        assertThat(stores().reopen().size()).isBetween(200L, 201L);
    }

    @Test
    default void severalThreadsMayClose() {
        for (int round = 0; round < 5; round++) {
            KeyValueStore store = stores().open();
            store.set("k", "v" + round);
            Workers workers = new Workers();
            for (int thread = 0; thread < 4; thread++) {
                workers.start(store::close);
            }
            workers.finish();
            assertThat(stores().reopen().get("k")).isEqualTo("v" + round);
        }
    }

    private static void untilClosed(Runnable call) {
        try {
            while (true) {
                call.run();
            }
        } catch (StoreClosedException closed) {
            return;
        }
    }
}
