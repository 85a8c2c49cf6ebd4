package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KeyValueStore;
import dev.kvstore.LimitExceededException;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Batches: in order, and all or nothing. */
interface Batches extends StoreSuite {

    @Test
    default void aBatchIsAppliedAsAWhole() {
        KeyValueStore store = stores().open();
        store.set("gone", "v");
        store.set("replaced", "old");

        store.write(
                new WriteBatch()
                        .set("replaced", "new")
                        .delete("gone")
                        .delete("never there")
                        .set("empty", "")
                        .set(bytes("limited"), bytes("v"), Duration.ofDays(1)));

        assertThat(store.get("replaced")).isEqualTo("new");
        assertThat(store.contains("gone")).isFalse();
        assertThat(store.get("empty")).isEmpty();
        assertThat(store.get("limited")).isEqualTo("v");
        assertThat(store.size()).isEqualTo(3);
        assertThat(stores().reopen().size()).isEqualTo(3);
    }

    @Test
    default void aLaterOperationOnAKeyWins() {
        KeyValueStore store = stores().open();
        store.set("c", "0");

        store.write(
                new WriteBatch()
                        .set("a", "1")
                        .set("a", "2")
                        .set("b", "1")
                        .delete("b")
                        .delete("c")
                        .set("c", "2"));
        assertThat(store.size()).isEqualTo(2);

        store = stores().reopen();
        assertThat(store.get("a")).isEqualTo("2");
        assertThat(store.get("b")).isNull();
        assertThat(store.get("c")).isEqualTo("2");
        assertThat(store.size()).isEqualTo(2);
    }

    @Test
    default void anEmptyBatchDoesNothing() {
        KeyValueStore store = stores().open();
        store.set("k", "v");
        long sequence = store.stats().lastSequence();

        store.write(new WriteBatch());

        assertThat(store.size()).isEqualTo(1);
        assertThat(store.stats().lastSequence()).isEqualTo(sequence);
    }

    @Test
    default void aBatchCanBeWrittenAgain() {
        KeyValueStore store = stores().open();
        WriteBatch batch = new WriteBatch().set("k", "v").delete("gone");

        store.write(batch);
        store.delete("k");
        store.set("gone", "back");
        store.write(batch);

        assertThat(store.get("k")).isEqualTo("v");
        assertThat(store.contains("gone")).isFalse();
    }

    @Test
    default void aBatchWithOneBadOperationWritesNothing() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withMaxValueSizeBytes(100));
        store.set("k", "old");

        assertRefused(store, new WriteBatch().set("k", "new").set("", "v"));
        assertRefused(store, new WriteBatch().set("k", "new").set("l", "v".repeat(101)));
        assertRefused(store, new WriteBatch().delete("k").set("l", "v", Duration.ZERO));

        assertThat(store.get("k")).isEqualTo("old");
        assertThat(store.size()).isEqualTo(1);
        assertThat(stores().reopen().get("k")).isEqualTo("old");
    }

    @Test
    default void aBatchOfManyOperationsIsAppliedAsAWhole() {
        KeyValueStore store = stores().open();
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < 1000; i++) {
            batch.set(key(i), value(i, 1, 10));
        }

        store.write(batch);

        store = stores().reopen();
        assertThat(store.size()).isEqualTo(1000);
        for (int i = 0; i < 1000; i++) {
            assertHolds(store, i, 1, 10);
        }
    }

    @Test
    default void aBatchLargerThanASegmentIsAppliedAsAWholeOrRefused() {
        KeyValueStore store = stores().open();
        store.set("before", "v");
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < 40; i++) {
            batch.set(key(i), value(i, 1, 10_000));
        }

        boolean taken = true;
        try {
            store.write(batch);
        } catch (LimitExceededException e) {
            taken = false;
        }

        assertThat(store.size()).isEqualTo(taken ? 41 : 1);
        StoreContents contents = StoreContents.of(store);
        StoreContents.of(stores().reopen()).assertSameAs(contents);
    }

    private static void assertRefused(KeyValueStore store, WriteBatch batch) {
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> store.write(batch));
    }
}
