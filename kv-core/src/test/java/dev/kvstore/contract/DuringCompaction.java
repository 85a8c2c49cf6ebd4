package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.clear;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.CompactionReport;
import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreCall;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Nobody waits for compaction. The tests hold one up in its listener, so that it surely runs, and
 * let it go on only when the others have done their work.
 */
interface DuringCompaction extends StoreSuite {

    @Test
    default void readersAndWritersGoOn() {
        KeyValueStore store = withGarbage();
        Workers workers = new Workers();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch workDone = new CountDownLatch(2);
        compactHeldUp(workers, store, running, workDone);
        workers.start(
                () -> {
                    running.await();
                    for (int i = 0; i < 300; i++) {
                        assertHolds(store, i, 4, 500);
                    }
                    assertThat(StoreContents.withPrefix(store, key(1)).size()).isPositive();
                    assertThat(store.compactionStatus().running()).isTrue();
                    workDone.countDown();
                });
        workers.start(
                () -> {
                    running.await();
                    for (int i = 300; i < 600; i++) {
                        store.set(key(i), key(i));
                        assertThat(store.update(key(i), key(i + 1))).isTrue();
                    }
                    assertThat(store.delete(key(599))).isTrue();
                    store.sync();
                    workDone.countDown();
                });
        workers.finish();

        assertThat(store.size()).isEqualTo(599);
        assertThat(store.compactionStatus().running()).isFalse();
        for (int i = 0; i < 300; i++) {
            assertHolds(store, i, 4, 500);
        }
    }

    @Test
    default void everyCallReturns() {
        KeyValueStore store = withGarbage();
        Workers workers = new Workers();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch workDone = new CountDownLatch(1);
        compactHeldUp(workers, store, running, workDone);
        List<StoreCall> calls = new ArrayList<>(StoreCall.all());
        // Calls of compact() wait for this very compaction.
        calls.removeIf(call -> call.name().matches("compact|compact with listener"));
        workers.start(
                () -> {
                    running.await();
                    calls.forEach(call -> call.on(store));
                    workDone.countDown();
                });
        workers.finish();
    }

    @Test
    default void otherCallsOfCompactJoin() {
        KeyValueStore store = withGarbage();
        Workers workers = new Workers();
        AtomicInteger reports = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            workers.repeat(
                    3,
                    () -> {
                        assertThat(store.compact().duration().isNegative()).isFalse();
                        reports.incrementAndGet();
                    });
        }
        workers.finish();

        assertThat(reports).hasValue(12);
        assertThat(store.stats().garbageBytes()).isLessThan(Reclaiming.LEFT_OVER);
        for (int i = 0; i < 300; i++) {
            assertHolds(store, i, 4, 500);
        }
    }

    @Test
    default void garbageMadeMeanwhileIsDealtWithByTheNextCall() {
        KeyValueStore store = withGarbage();
        Workers workers = new Workers();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch workDone = new CountDownLatch(1);
        compactHeldUp(workers, store, running, workDone);
        workers.start(
                () -> {
                    running.await();
                    fill(store, 0, 300, 5, 500);
                    workDone.countDown();
                    store.compact();
                });
        workers.finish();

        assertThat(store.stats().garbageBytes()).isLessThan(Reclaiming.LEFT_OVER);
        for (int i = 0; i < 300; i++) {
            assertHolds(store, i, 5, 500);
        }
    }

    @Test
    default void whatIsReplacedMeanwhileIsNotCopiedAgain() {
        KeyValueStore store = stores().open();
        fill(store, 0, 600, 1, 500);
        for (int i = 0; i < 600; i += 2) {
            fill(store, i, i + 1, 2, 500);
        }
        AtomicInteger next = new AtomicInteger(1);

        CompactionReport report =
                store.compact(
                        progress -> {
                            int i = next.getAndAdd(2);
                            fill(store, i, i + 1, 3, 500);
                        });

        assertThat(report.segmentsCompacted()).isPositive();
        // The 300 others, and what is beside the last of them in its segment.
        assertThat(report.recordsRelocated()).isLessThan(450);
    }

    @Test
    default void aStoreThatWasEmptiedIsFilledAndCompactedAgain() {
        KeyValueStore store = stores().open();
        for (int round = 1; round <= 8; round++) {
            int version = round;
            fill(store, 0, 600, version, 300);
            store.compact();
            clear(store, 0, 600);
            store.compact();
            Workers workers = new Workers();
            workers.start(() -> fill(store, 0, 300, version, 400));
            workers.start(() -> fill(store, 300, 600, version, 400));
            workers.start(
                    () -> {
                        for (int i = 0; i < 10; i++) {
                            fill(store, 600, 700, i, 400);
                        }
                    });
            workers.meanwhile(store::compact);
            workers.finish();
            for (int i = 0; i < 600; i++) {
                assertHolds(store, i, version, 400);
            }
        }

        KeyValueStore reopened = stores().reopen();
        for (int i = 0; i < 600; i++) {
            assertHolds(reopened, i, 8, 400);
        }
    }

    private static void compactHeldUp(
            Workers workers, KeyValueStore store, CountDownLatch running, CountDownLatch until) {
        workers.start(
                () ->
                        store.compact(
                                progress -> {
                                    running.countDown();
                                    awaitUnlessFailed(workers, until);
                                }));
    }

    // A worker that failed never counts down, and its failure is what the test should show.
    private static void awaitUnlessFailed(Workers workers, CountDownLatch latch) {
        while (latch.getCount() > 0 && !workers.failed()) {
            LockSupport.parkNanos(100_000);
        }
    }

    private KeyValueStore withGarbage() {
        KeyValueStore store = stores().open();
        for (int version = 1; version <= 4; version++) {
            fill(store, 0, 300, version, 500);
        }
        return store;
    }
}
