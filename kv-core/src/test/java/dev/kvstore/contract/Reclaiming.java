package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.clear;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.CompactionReport;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreStats;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Garbage goes, everything live stays. */
interface Reclaiming extends StoreSuite {

    /** What may be left of garbage: a part of the segment that is being written. */
    long LEFT_OVER = StoreOptions.SMALL_SEGMENT_BYTES;

    @Test
    default void compactionDropsReplacedValuesAndKeepsTheLastOnes() {
        KeyValueStore store = stores().open();
        for (int version = 1; version <= 6; version++) {
            fill(store, 0, 300, version, 500);
        }
        StoreContents before = StoreContents.of(store);
        StoreStats full = store.stats();

        store.compact();

        StoreStats compacted = store.stats();
        assertThat(compacted.liveBytes()).isEqualTo(full.liveBytes());
        assertThat(compacted.garbageBytes()).isLessThan(LEFT_OVER);
        assertThat(compacted.diskBytes()).isLessThan(full.diskBytes());
        assertThat(compacted.segments()).isLessThanOrEqualTo(full.segments());
        StoreContents.of(store).assertSameAs(before);
        StoreContents.of(stores().reopen()).assertSameAs(before);
    }

    @Test
    default void compactionOfADeletedStoreGivesItsSpaceBack() {
        KeyValueStore store = stores().open();
        fill(store, 0, 2000, 1, 800);
        clear(store, 0, 2000);
        long full = logBytes(store.stats());

        CompactionReport report = store.compact();

        StoreStats emptied = store.stats();
        assertThat(emptied.liveBytes()).isZero();
        assertThat(emptied.garbageBytes()).isLessThan(LEFT_OVER);
        assertThat(logBytes(emptied)).isLessThan(full / 2);
        assertThat(report.bytesReclaimed()).isGreaterThan(2000 * 800 / 2);
        assertThat(store.size()).isZero();
        assertThat(stores().reopen().size()).isZero();
    }

    @Test
    default void compactionKeepsWhatIsLiveAmongGarbage() {
        KeyValueStore store = stores().open();
        fill(store, 0, 1000, 1, 400);
        for (int i = 0; i < 1000; i++) {
            if (i % 3 == 1) {
                clear(store, i, i + 1);
            } else if (i % 3 == 2) {
                fill(store, i, i + 1, 2, 200);
            }
        }

        store.compact();

        KeyValueStore reopened = stores().reopen();
        for (int i = 0; i < 1000; i++) {
            if (i % 3 == 1) {
                assertThat(reopened.contains(key(i))).isFalse();
            } else {
                assertHolds(reopened, i, i % 3 == 2 ? 2 : 1, i % 3 == 2 ? 200 : 400);
            }
        }
    }

    @Test
    default void expiredEntriesAreReclaimed() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores().open(StoreOptions.defaults().withClock(clock));
        for (int i = 0; i < 200; i++) {
            store.set(key(i), value(i, 1, 1000), Duration.ofSeconds(i < 150 ? 10 : 20));
        }
        fill(store, 200, 250, 1, 1000);
        clock.advance(Duration.ofSeconds(10));

        store.compact();

        assertThat(store.size()).isEqualTo(100);
        assertThat(store.stats().liveBytes()).isLessThan(150 * 1000);
        assertThat(store.stats().garbageBytes()).isLessThan(LEFT_OVER);
        clock.advance(Duration.ofSeconds(10));
        assertThat(StoreContents.of(store).size()).isEqualTo(50);
    }

    @Test
    default void expiredValuesLargerThanASegmentAreReclaimed() {
        int large = 5 * StoreOptions.SMALL_SEGMENT_BYTES;
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores().open(StoreOptions.defaults().withClock(clock));
        store.set(key(0), value(0, 1, large), Duration.ofSeconds(10));
        store.set(key(1), value(1, 1, large), Duration.ofSeconds(20));
        fill(store, 2, 3, 1, large);
        long full = logBytes(store.stats());
        clock.advance(Duration.ofSeconds(10));

        store.compact();

        assertThat(store.size()).isEqualTo(2);
        assertThat(logBytes(store.stats())).isLessThan(full);
        assertHolds(store, 1, 1, large);
        assertHolds(stores().reopen(), 2, 1, large);
    }

    @Test
    default void theExpiryOfAnEntryIsKept() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores().open(StoreOptions.defaults().withClock(clock));
        fill(store, 0, 300, 1, 500);
        store.set("k", "v", Duration.ofSeconds(10));
        fill(store, 0, 300, 2, 500);
        store.compact();
        store = stores().reopen();
        store.compact();

        clock.advance(Duration.ofMillis(9_999));
        assertThat(store.get("k")).isEqualTo("v");
        clock.advance(Duration.ofMillis(1));
        assertThat(store.get("k")).isNull();
    }

    @Test
    default void valuesLargerThanASegmentAreReclaimed() {
        int large = 5 * StoreOptions.SMALL_SEGMENT_BYTES;
        KeyValueStore store = stores().open();
        for (int version = 1; version <= 4; version++) {
            fill(store, 0, 3, version, large);
        }
        long full = store.stats().diskBytes();

        store.compact();

        assertThat(store.stats().diskBytes()).isLessThan(full - 5L * large);
        KeyValueStore reopened = stores().reopen();
        for (int i = 0; i < 3; i++) {
            assertHolds(reopened, i, 4, large);
        }
    }

    @Test
    default void aCompactedStoreGoesOnBeingWrittenAndCompacted() {
        KeyValueStore store = stores().open();
        long early = 0;
        for (int round = 1; round <= 24; round++) {
            fill(store, 0, 200, round, 600);
            clear(store, round, round + 1);
            store.compact();
            if (round % 6 == 0) {
                store = stores().reopen();
            }
            if (round == 4) {
                early = logBytes(store.stats());
            }
        }

        assertThat(logBytes(store.stats())).isLessThanOrEqualTo(2 * early);
        assertThat(store.size()).isEqualTo(199);
        for (int i = 0; i < 200; i++) {
            if (i != 24) {
                assertHolds(store, i, 24, 600);
            }
        }
    }

    @Test
    default void aScanAcrossACompactionDeliversEachKeyOnce() {
        KeyValueStore store = stores().open();
        for (int version = 1; version <= 4; version++) {
            fill(store, 0, 400, version, 300);
        }
        List<Entry> delivered = new ArrayList<>();

        try (Stream<Entry> scan = store.scan("key-")) {
            Iterator<Entry> entries = scan.iterator();
            for (int i = 0; entries.hasNext(); i++) {
                delivered.add(entries.next());
                if (i % 100 == 50) {
                    fill(store, 400, 800, i, 300);
                    store.compact();
                }
            }
        }

        assertThat(delivered).extracting(Entry::keyString).doesNotHaveDuplicates();
        List<Entry> stable = delivered.stream().filter(Reclaiming::isOfFirst400).toList();
        assertThat(stable).hasSize(400);
        for (Entry entry : stable) {
            assertThat(entry.value()).isEqualTo(value(numberOf(entry), 4, 300));
        }
    }

    private static long logBytes(StoreStats stats) {
        return stats.diskBytes() - stats.indexBytes();
    }

    private static boolean isOfFirst400(Entry entry) {
        return numberOf(entry) < 400;
    }

    private static int numberOf(Entry entry) {
        return Integer.parseInt(entry.keyString().substring("key-".length()));
    }
}
