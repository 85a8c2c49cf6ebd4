package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Compaction that nobody calls. */
interface BackgroundCompaction extends StoreSuite {

    int LARGE_VALUE_BYTES = StoreOptions.SMALL_SEGMENT_BYTES * 5 / 9;

    @Test
    default void garbageGoesByItself() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.3));
        fillWithGarbage(store);
        StoreContents before = StoreContents.of(store);

        awaitCompactions(store, 1);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> store.stats().garbageRatio() < 0.5);

        StoreContents.of(store).assertSameAs(before);
        StoreContents.of(stores().reopen()).assertSameAs(before);
    }

    @Test
    default void withoutItGarbageStaysUntilCompactionIsCalled() {
        KeyValueStore store = stores().open();
        fillWithGarbage(store);

        assertThat(store.stats().compactions()).isZero();
        assertThat(store.stats().garbageRatio()).isGreaterThan(0.8);
    }

    @Test
    default void aCallJoinsOrFollowsTheBackground() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.05));
        for (int version = 1; version <= 30; version++) {
            fill(store, 0, 100, version, 500);
            store.compact();
        }

        CompactionStatus status = store.compactionStatus();
        assertThat(status.lastReport()).isNotNull();
        assertThat(status.lastFailure()).isNull();
        assertThat(store.stats().garbageBytes()).isLessThan(Reclaiming.LEFT_OVER);
    }

    /** It would take hours else. */
    @Test
    @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    default void neitherACallNorCloseWaitsForTheRateLimit() {
        StoreOptions options = StoreOptions.defaults().withBackgroundCompaction(0.3);
        try (KeyValueStore store =
                options.toBuilder(stores().beside("slow"))
                        .compactionRateLimitBytesPerSecond(1)
                        .open()) {
            fillWithGarbage(store);
            awaitRunning(store);

            store.compact();
            assertThat(store.stats().garbageBytes()).isLessThan(Reclaiming.LEFT_OVER);

            fillWithGarbage(store);
            awaitRunning(store);
        }
    }

    /** Each takes a segment for itself, wherever it is copied to. */
    @Test
    default void largeValuesAreNotCopiedToLeaveTheSameGap() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.3));
        fill(store, 0, 20, 1, LARGE_VALUE_BYTES);
        awaitRest(store);
        store.compact();

        assertThat(store.stats().relocatedBytes()).isZero();
    }

    @Test
    default void largeValuesAreNotCopiedAgainAndAgain() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.3));
        for (int i = 0; i < 20; i++) {
            fill(store, i, i + 1, 1, LARGE_VALUE_BYTES);
            fill(store, 100, 101, i, StoreOptions.SMALL_SEGMENT_BYTES / 3); // garbage behind it
        }
        awaitRest(store);

        store.compact();
        long relocated = store.stats().relocatedBytes();
        store.compact();
        assertThat(store.stats().relocatedBytes()).isEqualTo(relocated);

        KeyValueStore reopened = stores().reopen();
        awaitRest(reopened);
        reopened.compact();
        assertThat(reopened.stats().relocatedBytes()).isZero();
    }

    /** Waits until compaction has found nothing to do for some intervals. */
    private static void awaitRest(KeyValueStore store) {
        await().atMost(Duration.ofSeconds(60))
                .during(Duration.ofMillis(100))
                .until(() -> !store.compactionStatus().running());
    }

    private static void awaitRunning(KeyValueStore store) {
        await().atMost(Duration.ofSeconds(60)).until(() -> store.compactionStatus().running());
    }

    private static void fillWithGarbage(KeyValueStore store) {
        for (int version = 1; version <= 8; version++) {
            fill(store, 0, 400, version, 500);
        }
    }

    /** Waits until so many compactions have done something since the store was opened. */
    static void awaitCompactions(KeyValueStore store, int count) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> store.stats().compactions() >= count);
    }
}
