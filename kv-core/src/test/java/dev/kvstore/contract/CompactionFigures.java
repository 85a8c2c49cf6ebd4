package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.CompactionProgress;
import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreStats;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Report, progress, status and stats of compaction agree. */
interface CompactionFigures extends StoreSuite {

    @Test
    default void beforeTheFirstCompactionThereIsNothingToReport() {
        CompactionStatus status = stores().open().compactionStatus();

        assertThat(status).isEqualTo(new CompactionStatus(false, null, null, null));
    }

    @Test
    default void theReportSaysWhatWasDone() {
        KeyValueStore store = withGarbage();
        StoreStats before = store.stats();

        CompactionReport report = store.compact();

        StoreStats after = store.stats();
        assertThat(report.startedAt()).isNotNull();
        assertThat(report.duration().isNegative()).isFalse();
        assertThat(report.segmentsCompacted()).isPositive();
        assertThat(report.recordsRelocated()).isNotNegative();
        assertThat(report.bytesReclaimed()).isPositive();
        assertThat(report.diskBytesBefore()).isPositive();
        assertThat(report.diskBytesAfter()).isLessThan(report.diskBytesBefore());
        assertThat(after.compactions()).isEqualTo(before.compactions() + 1);
        assertThat(after.relocatedBytes() - before.relocatedBytes())
                .isEqualTo(report.bytesRelocated());
        assertThat(after.reclaimedBytes() - before.reclaimedBytes())
                .isEqualTo(report.bytesReclaimed());
        assertThat(after.compactionTime()).isGreaterThanOrEqualTo(before.compactionTime());
        assertThat(after.compactionFailures()).isZero();
        assertThat(before.garbageBytes() - after.garbageBytes())
                .isLessThanOrEqualTo(report.bytesReclaimed());
        assertThat(store.compactionStatus())
                .isEqualTo(new CompactionStatus(false, null, report, null));
    }

    @Test
    default void whatHasExpiredIsCountedWhenItIsRemoved() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores().open(StoreOptions.defaults().withClock(clock));
        store.set("permanent", "v");
        for (int i = 0; i < 100; i++) {
            store.set(bytes("key-" + i), new byte[1000], Duration.ofSeconds(1));
        }
        clock.advance(Duration.ofSeconds(1));
        assertThat(store.stats().expirations()).isZero();

        store.compact();

        assertThat(store.stats().expirations()).isEqualTo(100);
        assertThat(store.stats().deletes()).isZero();
        assertThat(store.stats().keys()).isEqualTo(1);
    }

    @Test
    default void progressGoesForwardToWhatTheReportSays() {
        KeyValueStore store = withGarbage();
        List<CompactionProgress> seen = new ArrayList<>();

        CompactionReport report = store.compact(seen::add);

        assertThat(seen).isNotEmpty();
        CompactionProgress last = new CompactionProgress(0, 0, 0, 0);
        for (CompactionProgress progress : seen) {
            assertThat(progress.segmentsDone())
                    .isBetween(last.segmentsDone(), progress.segmentsPlanned());
            assertThat(progress.bytesRelocated())
                    .isBetween(last.bytesRelocated(), report.bytesRelocated());
            assertThat(progress.bytesReclaimed())
                    .isBetween(last.bytesReclaimed(), report.bytesReclaimed());
            last = progress;
        }
    }

    @Test
    default void theStatusTellsOfARunningCompaction() {
        KeyValueStore store = withGarbage();
        List<CompactionStatus> seen = new ArrayList<>();

        store.compact(progress -> seen.add(store.compactionStatus()));

        assertThat(seen).isNotEmpty();
        assertThat(seen.get(0).running()).isTrue();
        assertThat(seen.get(0).progress()).isNotNull();
        assertThat(seen.get(0).lastReport()).isNull();
    }

    @Test
    default void anEmptyStoreHasNothingToCompact() {
        KeyValueStore store = stores().open();

        CompactionReport report = store.compact();

        assertThat(report.recordsRelocated()).isZero();
        assertThat(report.bytesRelocated()).isZero();
        assertThat(report.diskBytesAfter()).isLessThanOrEqualTo(report.diskBytesBefore());
        assertThat(store.stats().compactions()).isZero();
        assertThat(store.compactionStatus().running()).isFalse();
        store.set("k", "v");
        assertThat(stores().reopen().get("k")).isEqualTo("v");
    }

    @Test
    default void whatIsCompactedNeedsNoSecondCompaction() {
        KeyValueStore store = withGarbage();
        store.compact();
        StoreStats once = store.stats();

        CompactionReport report = store.compact();

        assertThat(report.diskBytesAfter()).isLessThanOrEqualTo(report.diskBytesBefore());
        assertThat(store.stats().liveBytes()).isEqualTo(once.liveBytes());
        assertThat(store.stats().garbageBytes()).isLessThan(Reclaiming.LEFT_OVER);
    }

    private KeyValueStore withGarbage() {
        KeyValueStore store = stores().open();
        for (int version = 1; version <= 4; version++) {
            fill(store, 0, 300, version, 500);
        }
        return store;
    }
}
