package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each operation returns and leaves behind. */
interface Operations extends StoreSuite {

    @Test
    default void aNewStoreIsEmpty() {
        KeyValueStore store = stores().open();

        assertThat(store.size()).isZero();
        assertThat(store.get("k")).isNull();
        assertThat(store.contains("k")).isFalse();
        assertThat(store.scan("")).isEmpty();
    }

    @Test
    default void setStoresAndReplaces() {
        KeyValueStore store = stores().open();

        store.set("k", "one");
        assertThat(store.get("k")).isEqualTo("one");
        assertThat(store.contains("k")).isTrue();

        store.set("k", "two");
        assertThat(store.get("k")).isEqualTo("two");
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    default void updateReplacesOnlyWhatIsThere() {
        KeyValueStore store = stores().open();

        assertThat(store.update("k", "new")).isFalse();
        assertThat(store.get("k")).isNull();
        assertThat(store.size()).isZero();

        store.set("k", "old");
        assertThat(store.update("k", "new")).isTrue();
        assertThat(store.get("k")).isEqualTo("new");
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    default void deleteTellsWhetherTheKeyWasThere() {
        KeyValueStore store = stores().open();
        store.set("k", "v");
        store.set("other", "v");

        assertThat(store.delete("k")).isTrue();
        assertThat(store.get("k")).isNull();
        assertThat(store.contains("k")).isFalse();
        assertThat(store.update("k", "v")).isFalse();
        assertThat(store.delete("k")).isFalse();
        assertThat(store.size()).isEqualTo(1);
        assertThat(store.get("other")).isEqualTo("v");
    }

    @Test
    default void aDeletedKeyCanBeSetAgain() {
        KeyValueStore store = stores().open();
        store.set("k", "old");
        store.delete("k");
        store.set("k", "new");

        assertThat(stores().reopen().get("k")).isEqualTo("new");
    }

    @Test
    default void setIfAbsentNeverReplaces() {
        KeyValueStore store = stores().open();

        assertThat(store.setIfAbsent("k", "first")).isTrue();
        assertThat(store.setIfAbsent("k", "second")).isFalse();
        assertThat(store.get("k")).isEqualTo("first");

        store.delete("k");
        assertThat(store.setIfAbsent("k", "third")).isTrue();
        assertThat(store.get("k")).isEqualTo("third");
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    default void compareAndSetReplacesOnlyTheExpectedValue() {
        KeyValueStore store = stores().open();

        assertThat(store.compareAndSet("k", "", "new")).isFalse();
        assertThat(store.contains("k")).isFalse();

        store.set("k", "old");
        assertThat(store.compareAndSet("k", "other", "new")).isFalse();
        assertThat(store.compareAndSet("k", "ol", "new")).isFalse();
        assertThat(store.compareAndSet("k", "old!", "new")).isFalse();
        assertThat(store.get("k")).isEqualTo("old");
        assertThat(store.compareAndSet("k", "old", "new")).isTrue();
        assertThat(store.compareAndSet("k", "new", "new")).isTrue();
        assertThat(store.get("k")).isEqualTo("new");
    }

    @Test
    default void anEmptyValueIsAValue() {
        KeyValueStore store = stores().open();
        store.set("k", "");

        assertThat(store.get("k")).isEmpty();
        assertThat(store.contains("k")).isTrue();
        assertThat(store.setIfAbsent("k", "v")).isFalse();
        assertThat(store.update("k", "")).isTrue();
        assertThat(store.scan("k")).hasSize(1);
        assertThat(stores().reopen().get("k")).isEmpty();
        assertThat(stores().reopen().compareAndSet("k", "", "v")).isTrue();
        assertThat(stores().reopen().delete("k")).isTrue();
    }

    @Test
    default void getAllAnswersEachKeyInOrder() {
        KeyValueStore store = stores().open();
        fill(store, 0, 300, 1, 20);
        store.set("empty", "");

        byte[][] keys = {key(7), key(999), bytes("empty"), key(299), key(7)};
        assertThat(store.getAll(keys))
                .isDeepEqualTo(
                        new byte[][] {
                            value(7, 1, 20), null, new byte[0], value(299, 1, 20), value(7, 1, 20)
                        });
        assertThat(store.getAll(new byte[0][])).isEmpty();
    }

    @Test
    default void getAllOfManyKeysFindsWhatGetFinds() {
        KeyValueStore store = stores().open();
        fill(store, 0, 1000, 1, 50);
        byte[][] keys = new byte[2000][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(i);
        }

        byte[][] values = store.getAll(keys);

        assertThat(values).hasNumberOfRows(keys.length);
        for (int i = 0; i < keys.length; i++) {
            assertThat(values[i]).isEqualTo(store.get(keys[i]));
        }
    }

    @Test
    default void getAllOfStringsReturnsWhatIsThereInOrder() {
        KeyValueStore store = stores().open();
        store.set("b", "2");
        store.set("a", "1");

        assertThat(store.getAll(List.of("b", "none", "a", "b")).entrySet())
                .extracting(Object::toString)
                .containsExactly("b=2", "a=1");
        assertThat(store.getAll(List.of())).isEmpty();
    }

    @Test
    default void manyKeysAreToldApart() {
        KeyValueStore store = stores().open();
        fill(store, 0, 20_000, 1, 12);

        assertThat(store.size()).isEqualTo(20_000);
        for (int i = 0; i < 20_000; i++) {
            assertHolds(store, i, 1, 12);
        }
        assertThat(store.get(key(20_000))).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {-4096, -64, -1, 0, 1, 64, 4096, 3 * StoreOptions.SMALL_SEGMENT_BYTES})
    default void valuesAroundTheSizeOfASegmentAreStored(int difference) {
        int length = StoreOptions.SMALL_SEGMENT_BYTES + difference;
        KeyValueStore store = stores().open();

        store.set(key(0), value(0, 1, 100));
        store.set(key(1), value(1, 1, length));
        store.set(key(2), value(2, 1, length));
        store.set(key(3), value(3, 1, 100));
        assertThat(store.update(key(1), value(1, 2, length))).isTrue();

        KeyValueStore reopened = stores().reopen();
        assertHolds(reopened, 0, 1, 100);
        assertHolds(reopened, 1, 2, length);
        assertHolds(reopened, 2, 1, length);
        assertHolds(reopened, 3, 1, 100);
        assertThat(reopened.delete(key(1))).isTrue();
        assertThat(reopened.get(key(1))).isNull();
    }

    @Test
    default void aLargeValueThatIsNotWrittenAfterAllHarmsNoOther() {
        KeyValueStore store = stores().open();
        byte[] large = value(0, 1, 4 * StoreOptions.SMALL_SEGMENT_BYTES);
        store.set("k", "v");

        assertThat(store.update("absent", "v".repeat(4 * StoreOptions.SMALL_SEGMENT_BYTES)))
                .isFalse();
        assertThat(store.setIfAbsent(bytes("k"), large)).isFalse();
        assertThat(store.compareAndSet(bytes("k"), large, large)).isFalse();
        fill(store, 0, 1000, 1, 900);

        for (int i = 0; i < 1000; i++) {
            assertHolds(store, i, 1, 900);
        }
        assertThat(stores().reopen().size()).isEqualTo(1001);
    }
}
