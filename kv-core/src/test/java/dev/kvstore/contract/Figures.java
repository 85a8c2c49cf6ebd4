package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreCall;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a store says about itself. */
interface Figures extends StoreSuite {

    @Test
    default void aNewStoreHasNothingToTell() {
        StoreStats stats = stores().open().stats();

        assertThat(stats.state()).isEqualTo(StoreState.OPEN);
        assertThat(stats.failure()).isNull();
        assertThat(stats.dataPath()).isAbsolute();
        assertThat(stats.keys()).isZero();
        assertThat(stats.liveBytes()).isZero();
        assertThat(stats.sets()).isZero();
        assertThat(stats.deletes()).isZero();
        assertThat(stats.writtenBytes()).isZero();
        assertThat(stats.relocatedBytes()).isZero();
        assertThat(stats.hits()).isZero();
        assertThat(stats.misses()).isZero();
        assertThat(stats.expirations()).isZero();
        assertThat(stats.compactions()).isZero();
        assertThat(stats.compactionTime()).isZero();
        assertThat(stats.compactionFailures()).isZero();
        assertThat(stats.reclaimedBytes()).isZero();
        assertThat(stats.garbageRatio()).isBetween(0.0, 1.0);
        assertThat(stats.recovery().created()).isTrue();
        assertThat(stats.recovery().cutBytes()).isZero();
    }

    @Test
    default void writesThatTookPlaceAreCounted() {
        KeyValueStore store = stores().open();

        store.set("a", "1");
        store.set("b", "1", Duration.ofDays(1));
        store.update("a", "2");
        store.setIfAbsent("c", "1");
        store.compareAndSet("c", "1", "2");
        store.write(new WriteBatch().set("d", "1").set("e", "1").delete("a"));
        store.delete("b");
        assertThat(store.stats().sets()).isEqualTo(7);
        assertThat(store.stats().deletes()).isEqualTo(2);

        store.update("none", "1");
        store.setIfAbsent("c", "3");
        store.compareAndSet("c", "3", "4");
        store.delete("none");
        assertThat(store.stats().sets()).isEqualTo(7);
        assertThat(store.stats().deletes()).isEqualTo(2);
        assertThat(store.stats().keys()).isEqualTo(3).isEqualTo(store.size());
    }

    @Test
    default void keysThatAreLookedUpAreCountedAsFoundOrNot() {
        KeyValueStore store = stores().open();
        store.set("a", "1");

        store.get("a");
        store.contains("a");
        store.getAll(List.of("a", "none"));
        store.get("none");
        store.contains("none");
        assertThat(store.stats().hits()).isEqualTo(3);
        assertThat(store.stats().misses()).isEqualTo(3);

        store.update("none", "1");
        store.setIfAbsent("a", "2");
        store.compareAndSet("a", "1", "2");
        store.delete("none");
        store.forEach(entry -> {});
        assertThat(store.stats().hits()).isEqualTo(3);
        assertThat(store.stats().misses()).isEqualTo(3);
    }

    @Test
    default void theSequenceGrowsWithEachWrite() {
        KeyValueStore store = stores().open();
        long last = store.stats().lastSequence();

        store.set("a", "1");
        last = assertGrown(store, last);
        store.update("a", "1");
        last = assertGrown(store, last);
        store.delete("a");
        last = assertGrown(store, last);
        store.write(new WriteBatch().set("a", "1").set("b", "1"));
        last = assertGrown(store, last);

        store = stores().reopen();
        assertThat(store.stats().lastSequence()).isGreaterThanOrEqualTo(last);
        store.set("a", "1");
        assertGrown(store, last);
    }

    @Test
    default void readsAndFailedConditionsWriteNothing() {
        KeyValueStore store = stores().open();
        store.set("k", "v");
        StoreStats before = store.stats();

        StoreCall.reads().forEach(read -> read.on(store));
        store.update("none", "v");
        store.setIfAbsent("k", "w");
        store.compareAndSet("k", "w", "x");
        store.delete("none");

        assertThat(store.stats().lastSequence()).isEqualTo(before.lastSequence());
        assertThat(store.stats().writtenBytes()).isEqualTo(before.writtenBytes());
    }

    @Test
    default void bytesAreLiveUntilTheyAreReplaced() {
        KeyValueStore store = stores().open();
        int payload = 100 * 1000;
        fill(store, 0, 100, 1, 1000);
        StoreStats filled = store.stats();
        assertThat(filled.liveBytes()).isBetween((long) payload, 2L * payload);
        assertThat(filled.writtenBytes()).isGreaterThanOrEqualTo(filled.liveBytes());
        assertThat(filled.diskBytes()).isGreaterThanOrEqualTo(filled.liveBytes());
        assertThat(filled.segments()).isPositive();
        assertThat(filled.garbageRatio()).isLessThan(0.1);

        fill(store, 0, 100, 2, 1000);
        StoreStats replaced = store.stats();
        assertThat(replaced.liveBytes()).isEqualTo(filled.liveBytes());
        assertThat(replaced.garbageBytes() - filled.garbageBytes())
                .isGreaterThanOrEqualTo(filled.liveBytes());
        assertThat(replaced.garbageRatio()).isBetween(0.4, 0.6);

        store.forEach(entry -> store.delete(entry.key()));
        StoreStats emptied = store.stats();
        assertThat(emptied.liveBytes()).isZero();
        assertThat(emptied.garbageBytes()).isGreaterThan(2L * payload);
        assertThat(emptied.garbageRatio()).isEqualTo(1.0);
    }

    @Test
    default void liveBytesAreTheSameAfterAReopen() {
        KeyValueStore store = stores().open();
        fill(store, 0, 300, 1, 500);
        fill(store, 100, 200, 2, 700);
        store.delete("key-0");
        StoreStats before = store.stats();

        StoreStats after = stores().reopen().stats();

        assertThat(after.liveBytes()).isEqualTo(before.liveBytes());
        assertThat(after.garbageBytes()).isGreaterThanOrEqualTo(before.garbageBytes());
        assertThat(after.keys()).isEqualTo(299);
        assertThat(after.sets()).isZero();
    }

    private static long assertGrown(KeyValueStore store, long before) {
        long now = store.stats().lastSequence();
        assertThat(now).isGreaterThan(before);
        return now;
    }
}
