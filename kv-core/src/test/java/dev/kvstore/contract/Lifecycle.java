package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreReadOnlyException;
import dev.kvstore.StoreState;
import dev.kvstore.testing.StoreCall;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Opening, closing, and what lies between. */
interface Lifecycle extends StoreSuite {

    @Test
    default void everythingIsThereAfterAReopen() {
        KeyValueStore store = stores().open();
        for (int round = 1; round <= 5; round++) {
            fill(store, 100 * round, 100 * round + 200, round, 400);
            store.delete(key(100 * round + 50));
            StoreContents before = StoreContents.of(store);

            store = stores().reopen();

            StoreContents.of(store).assertSameAs(before);
            assertThat(store.size()).isEqualTo(before.size());
        }
        assertHolds(store, 100, 1, 400);
        assertHolds(store, 200, 2, 400);
        assertHolds(store, 599, 5, 400);
    }

    @Test
    default void aReopenAfterACloseHasNothingToRecover() {
        KeyValueStore store = stores().open();
        fill(store, 0, 500, 1, 400);

        RecoveryReport recovery = stores().reopen().stats().recovery();

        assertThat(recovery.created()).isFalse();
        assertThat(recovery.clean()).isTrue();
        assertThat(recovery.segmentsRead()).isZero();
        assertThat(recovery.cutBytes()).isZero();
    }

    @Test
    default void anEmptyStoreCanBeReopened() {
        stores().open();
        stores().reopen();
        assertThat(stores().reopen().size()).isZero();
    }

    @Test
    default void aClosedStoreRefusesEverything() {
        KeyValueStore store = stores().open();
        store.set("called", "value");
        store.close();

        for (StoreCall call : StoreCall.refusedWhenClosed()) {
            assertThatExceptionOfType(StoreClosedException.class)
                    .as(call.name())
                    .isThrownBy(() -> call.on(store));
        }
    }

    @Test
    default void aClosedStoreGoesOnTellingThatItIsClosed() {
        KeyValueStore store = stores().open();
        store.close();

        assertThat(store.stats().state()).isEqualTo(StoreState.CLOSED);
        assertThat(store.compactionStatus().running()).isFalse();
    }

    @Test
    default void closingTwiceDoesNothing() {
        KeyValueStore store = stores().open();
        store.set("k", "v");
        store.close();
        store.close();

        KeyValueStore second = stores().reopen();
        store.close();
        assertThat(second.get("k")).isEqualTo("v");
    }

    @Test
    default void aScanNeverEndsEarlyBecauseTheStoreIsClosed() {
        KeyValueStore store = stores().open();
        fill(store, 0, 1000, 1, 100);
        List<String> delivered = new ArrayList<>();
        boolean refused = false;

        try (Stream<Entry> scan = store.scan("")) {
            Iterator<Entry> entries = scan.iterator();
            delivered.add(entries.next().keyString());
            store.close();
            entries.forEachRemaining(entry -> delivered.add(entry.keyString()));
        } catch (StoreClosedException e) {
            refused = true;
        }

        assertThat(delivered).doesNotHaveDuplicates();
        assertThat(refused || delivered.size() == 1000).isTrue();
    }

    @Test
    default void aReadOnlyStoreIsReadAndNotWritten() {
        KeyValueStore store = stores().open();
        fill(store, 0, 300, 1, 300);
        store.set("called", "value");
        StoreContents before = StoreContents.of(store);

        KeyValueStore readOnly = stores().open(StoreOptions.defaults().withReadOnly(true));
        for (StoreCall write : StoreCall.writes()) {
            assertThatExceptionOfType(StoreReadOnlyException.class)
                    .as(write.name())
                    .isThrownBy(() -> write.on(readOnly));
        }
        StoreCall.reads().forEach(read -> read.on(readOnly));
        assertThat(readOnly.stats().state()).isEqualTo(StoreState.READ_ONLY);
        StoreContents.of(readOnly).assertSameAs(before);

        StoreContents.of(stores().open()).assertSameAs(before);
    }

    @Test
    default void aReadOnlyStoreMustExist() {
        StoreOptions readOnly = StoreOptions.defaults().withReadOnly(true);

        assertThatExceptionOfType(KeyValueStoreException.class)
                .isThrownBy(() -> stores().open(readOnly));
        assertThat(stores().open().stats().recovery().created()).isTrue();
    }
}
