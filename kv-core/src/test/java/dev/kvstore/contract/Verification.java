package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.clear;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.VerificationReport;
import dev.kvstore.testing.StoreOptions;
import org.junit.jupiter.api.Test;

/** A store that nobody has damaged is sound at any time, and the report says how much was read. */
interface Verification extends StoreSuite {

    @Test
    default void anEmptyStoreIsSound() {
        VerificationReport report = stores().open().verify();

        assertThat(report.isSound()).isTrue();
        assertThat(report.keys()).isZero();
        assertThat(report.duration().isNegative()).isFalse();
        assertThat(report.startedAt()).isNotNull();
    }

    @Test
    default void everyKeyIsFollowed() {
        KeyValueStore store = stores().open();
        fill(store, 0, 500, 1, 300);
        clear(store, 100, 200);
        store.set(key(1000), value(1000, 1, 3 * StoreOptions.SMALL_SEGMENT_BYTES));

        VerificationReport report = store.verify();

        assertThat(report.problems()).isEmpty();
        assertThat(report.keys()).isEqualTo(401);
        assertThat(report.records()).isGreaterThanOrEqualTo(401);
        assertThat(report.segments()).isPositive();
        assertThat(report.bytes()).isGreaterThan(400 * 300);
    }

    @Test
    default void aStoreIsSoundAfterEachStepOfItsLife() {
        KeyValueStore store = stores().open();
        for (int round = 1; round <= 3; round++) {
            fill(store, 0, 400, round, 300);
            assertThat(store.verify().problems()).isEmpty();
            clear(store, 100 * round, 100 * round + 100);
            assertThat(store.verify().problems()).isEmpty();
            store.compact();
            assertThat(store.verify().problems()).isEmpty();
            store = stores().reopen();
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    default void aReadOnlyStoreIsVerified() {
        KeyValueStore store = stores().open();
        fill(store, 0, 300, 1, 300);

        KeyValueStore readOnly = stores().open(StoreOptions.defaults().withReadOnly(true));

        assertThat(readOnly.verify().problems()).isEmpty();
        assertThat(readOnly.verify().keys()).isEqualTo(300);
    }
}
