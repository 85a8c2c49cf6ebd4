package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.clear;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was deleted, replaced or expired stays so, wherever its older versions lie. */
interface NothingComesBack extends StoreSuite {

    /** What compaction copied to is emptied by it, and then written by callers. */
    @Test
    default void compactionLeavesASegmentAloneThatItGaveBack() {
        KeyValueStore store = stores().open();
        for (int round = 1; round <= 4; round++) {
            fill(store, 0, 150, round, 300);
            clear(store, 0, 75);
            store.compact(); // copies the rest
            clear(store, 75, 150);
            store.compact(); // empties what it copied to, and has nothing to copy
            fill(store, 0, 150, round, 300);
            fill(store, 0, 75, round + 1, 300);
            store.compact();
            assertThat(store.verify().problems()).isEmpty();
            for (int i = 0; i < 150; i++) {
                assertHolds(store, i, i < 75 ? round + 1 : round, 300);
            }
        }
    }

    @Test
    default void deletedKeysStayDeleted() {
        KeyValueStore store = stores().open();
        fill(store, 0, 500, 1, 500);
        clear(store, 0, 250);
        store.compact();
        assertHasKeys(store, 250, 500);

        store = stores().reopen();
        assertHasKeys(store, 250, 500);
        store.compact();
        assertHasKeys(stores().reopen(), 250, 500);
    }

    @Test
    default void deletesAfterACompactionStay() {
        KeyValueStore store = stores().open();
        for (int round = 0; round < 5; round++) {
            fill(store, 0, 300, round, 400);
            store.compact();
            clear(store, 0, 150);
            store = stores().reopen();
            assertHasKeys(store, 150, 300);
            store.compact();
            store = stores().reopen();
            assertHasKeys(store, 150, 300);
        }
    }

    @Test
    default void aDeleteOutlivesItsOwnSegment() {
        KeyValueStore store = stores().open(background());
        // The oldest segments hold the old values, and otherwise what stays: nobody compacts them.
        for (int i = 0; i < 40; i++) {
            fill(store, 1000 + 20 * i, 1000 + 20 * i + 20, 1, 500);
            store.set("victim-" + i, "old");
        }
        // The deletes share their segments with garbage: those are compacted at once.
        for (int i = 0; i < 40; i++) {
            store.delete("victim-" + i);
            fill(store, 0, 20, i, 500);
        }

        BackgroundCompaction.awaitCompactions(store, 1);

        assertNoVictims(store);
        store = stores().reopen();
        assertNoVictims(store);
        store.compact();
        assertNoVictims(stores().reopen());
    }

    @Test
    default void anExpiredValueNeverUncoversAnOlderOne() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores().open(background().withClock(clock));
        for (int i = 0; i < 40; i++) {
            fill(store, 1000 + 20 * i, 1000 + 20 * i + 20, 1, 500);
            store.set("victim-" + i, "old");
        }
        for (int i = 0; i < 40; i++) {
            store.set("victim-" + i, "limited", Duration.ofSeconds(10));
            fill(store, 0, 20, i, 500);
        }
        clock.advance(Duration.ofSeconds(10));
        fill(store, 0, 20, 41, 5000);
        BackgroundCompaction.awaitCompactions(store, 1);
        assertNoVictims(store);

        store = stores().reopen();
        assertNoVictims(store);
        store.compact();
        store = stores().reopen();
        assertNoVictims(store);

        clock.turnBack(Duration.ofSeconds(5));
        for (int i = 0; i < 40; i++) {
            assertThat(store.get("victim-" + i)).isNotEqualTo("old");
        }
    }

    @Test
    default void aClockThatJumpsTakesNothingPermanent() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores().open(StoreOptions.defaults().withClock(clock));
        fill(store, 0, 200, 1, 500);
        store.set("short", "v", Duration.ofSeconds(10));
        store.set("long", "v", Duration.ofDays(1000));

        clock.turnBack(Duration.ofDays(300));
        fill(store, 0, 200, 2, 500);
        store.compact();
        assertThat(store.size()).isEqualTo(202);

        clock.advance(Duration.ofDays(300).plusSeconds(10));
        store.compact();
        assertThat(store.contains("short")).isFalse();
        assertThat(store.contains("long")).isTrue();
        assertThat(store.size()).isEqualTo(201);

        clock.advance(Duration.ofDays(1000));
        store.compact();
        store = stores().reopen();
        assertHasKeys(store, 0, 200);
        assertThat(store.size()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    default void aCompactionStoppedOnItsWayHarmsNothing(int call) {
        KeyValueStore store = stores().open();
        for (int version = 1; version <= 4; version++) {
            fill(store, 0, 400, version, 500);
        }
        clear(store, 0, 100);
        StoreContents before = StoreContents.of(store);

        closeInCompaction(store, call);

        store = stores().reopen();
        StoreContents.of(store).assertSameAs(before);
        store.compact();
        StoreContents.of(store).assertSameAs(before);
        StoreContents.of(stores().reopen()).assertSameAs(before);
    }

    // Closes the store while its compaction waits in the given call of its listener.
    private static void closeInCompaction(KeyValueStore store, int call) {
        CountDownLatch reached = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        Workers workers = new Workers();
        workers.start(
                () -> {
                    try {
                        store.compact(
                                progress -> {
                                    if (calls.incrementAndGet() == call) {
                                        reached.countDown();
                                        awaitClosing(store);
                                    }
                                });
                    } catch (StoreClosedException stopped) {
                        return;
                    } finally {
                        reached.countDown();
                    }
                });
        workers.start(
                () -> {
                    reached.await();
                    store.close();
                });
        workers.finish();
    }

    // Until the store refuses calls, or for a moment if it answers them until compaction has ended.
    private static void awaitClosing(KeyValueStore store) {
        try {
            for (int i = 0; i < 1000; i++) {
                store.contains("k");
                Thread.onSpinWait();
            }
        } catch (StoreClosedException closing) {
            return;
        }
    }

    private static void assertHasKeys(KeyValueStore store, int from, int to) {
        for (int i = 0; i < to; i++) {
            assertThat(store.contains(key(i))).as("key-%d is there", i).isEqualTo(i >= from);
        }
        assertThat(StoreContents.of(store).size()).isGreaterThanOrEqualTo(to - from);
    }

    private static void assertNoVictims(KeyValueStore store) {
        for (int i = 0; i < 40; i++) {
            assertThat(store.get("victim-" + i)).as("victim-%d", i).isNull();
        }
        assertThat(store.scan("victim-")).isEmpty();
    }

    private static StoreOptions background() {
        return StoreOptions.defaults().withBackgroundCompaction(0.2);
    }
}
