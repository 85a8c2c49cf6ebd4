package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.LimitExceededException;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is too short, too long or missing is refused by name, and nothing is written. */
interface Limits extends StoreSuite {

    @Test
    default void theEmptyKeyIsRefused() {
        KeyValueStore store = stores().open();

        for (Consumer<KeyValueStore> write : writesOf(new byte[0], bytes("v"))) {
            assertRefused(store, write, 0, 1);
        }
        assertThat(store.size()).isZero();
    }

    @Test
    default void theLongestKeyIsStoredAndALongerOneRefused() {
        KeyValueStore store = stores().open();
        int longest = KeyValueStoreBuilder.MAX_KEY_SIZE_BYTES;
        byte[] key = value(1, 1, longest);
        byte[] sibling = key.clone();
        sibling[longest - 1]++;

        store.set(key, bytes("v"));
        assertThat(store.get(sibling)).isNull();
        store.set(sibling, bytes("w"));
        for (Consumer<KeyValueStore> write : writesOf(new byte[longest + 1], bytes("v"))) {
            assertRefused(store, write, longest + 1, longest);
        }

        KeyValueStore reopened = stores().reopen();
        assertThat(reopened.size()).isEqualTo(2);
        assertThat(reopened.get(key)).isEqualTo(bytes("v"));
        assertThat(reopened.get(sibling)).isEqualTo(bytes("w"));
    }

    @Test
    default void keysAndValuesOfTheConfiguredSizeAreStoredAndLongerOnesRefused() {
        KeyValueStore store =
                stores().open(
                                StoreOptions.defaults()
                                        .withMaxKeySizeBytes(10)
                                        .withMaxValueSizeBytes(1000));

        store.set(new byte[10], new byte[1000]);
        assertThat(store.get(new byte[10])).hasSize(1000);
        for (Consumer<KeyValueStore> write : writesOf(new byte[11], new byte[1])) {
            assertRefused(store, write, 11, 10);
        }
        for (Consumer<KeyValueStore> write : writesOf(new byte[1], new byte[1001])) {
            assertRefused(store, write, 1001, 1000);
        }
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    default void stringsAreMeasuredInBytes() {
        KeyValueStore store =
                stores().open(
                                StoreOptions.defaults()
                                        .withMaxKeySizeBytes(10)
                                        .withMaxValueSizeBytes(20));

        store.set("ü".repeat(5), "ü".repeat(10));

        assertRefused(store, s -> s.set("ü".repeat(6), "v"), 12, 10);
        assertRefused(store, s -> s.set("k", "ü".repeat(11)), 22, 20);
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    default void aRefusedValueLeavesTheOldOne() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withMaxValueSizeBytes(5));
        store.set("k", "old");

        assertRefused(store, s -> s.set("k", "longer"), 6, 5);
        assertRefused(store, s -> s.update("k", "longer"), 6, 5);
        assertRefused(store, s -> s.compareAndSet("k", "old", "longer"), 6, 5);

        assertThat(store.get("k")).isEqualTo("old");
    }

    @Test
    default void impossibleKeysAreNeverFound() {
        KeyValueStore store = stores().open();
        store.set("k", "v");

        for (byte[] key : List.of(new byte[0], new byte[70_000])) {
            assertFindsNothing(() -> assertThat(store.get(key)).isNull());
            assertFindsNothing(() -> assertThat(store.contains(key)).isFalse());
            assertFindsNothing(() -> assertThat(store.delete(key)).isFalse());
            assertFindsNothing(() -> assertThat(store.getAll(new byte[][] {key})[0]).isNull());
        }
    }

    @Test
    default void lowerLimitsHideNothingThatIsStored() {
        KeyValueStore store = stores().open();
        byte[] key = value(1, 1, 500);
        store.set(key, value(1, 2, 5000));

        store =
                stores().open(
                                StoreOptions.defaults()
                                        .withMaxKeySizeBytes(10)
                                        .withMaxValueSizeBytes(10));
        assertThat(store.get(key)).isEqualTo(value(1, 2, 5000));
        assertThat(store.scan("")).hasSize(1);
        assertThat(store.delete(key)).isTrue();
        assertThat(store.size()).isZero();
    }

    @Test
    default void nullIsRefused() {
        KeyValueStore store = stores().open();
        byte[] key = bytes("k");
        store.set(key, key);
        byte[] none = missing();
        Duration ttl = Duration.ofDays(1);
        List<Consumer<KeyValueStore>> calls =
                List.of(
                        s -> s.set(none, key),
                        s -> s.set(key, none),
                        s -> s.set(none, key, ttl),
                        s -> s.set(key, none, ttl),
                        s -> s.set(key, key, missing()),
                        s -> s.get(none),
                        s -> s.update(none, key),
                        s -> s.update(key, none),
                        s -> s.delete(none),
                        s -> s.contains(none),
                        s -> s.setIfAbsent(none, key),
                        s -> s.setIfAbsent(key, none),
                        s -> s.compareAndSet(none, key, key),
                        s -> s.compareAndSet(key, none, key),
                        s -> s.compareAndSet(key, key, none),
                        s -> s.getAll(Limits.<byte[][]>missing()),
                        s -> s.getAll(new byte[][] {key, none}),
                        s -> s.getAll(Limits.<Collection<String>>missing()),
                        s -> s.write(missing()),
                        s -> s.scan(none).close(),
                        s -> s.scan(Limits.<String>missing()).close(),
                        s -> s.forEach(missing()),
                        s -> s.compact(missing()),
                        s -> s.set("k", missing()),
                        s -> s.get(Limits.<String>missing()));

        for (Consumer<KeyValueStore> call : calls) {
            assertThatNullPointerException().isThrownBy(() -> call.accept(store));
        }
        assertThat(store.get(key)).isEqualTo(key);
    }

    private static List<Consumer<KeyValueStore>> writesOf(byte[] key, byte[] value) {
        return List.of(
                s -> s.set(key, value),
                s -> s.set(key, value, Duration.ofDays(1)),
                s -> s.update(key, value),
                s -> s.setIfAbsent(key, value),
                s -> s.compareAndSet(key, value, value),
                s -> s.write(new WriteBatch().set("innocent", "v").set(key, value)));
    }

    private static void assertRefused(
            KeyValueStore store, Consumer<KeyValueStore> write, long actual, long limit) {
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> write.accept(store))
                .satisfies(e -> assertThat(e.actual()).isEqualTo(actual))
                .satisfies(e -> assertThat(e.limit()).isEqualTo(limit));
    }

    // A key that cannot be stored may be answered like an absent one or refused like in a write.
    private static void assertFindsNothing(Runnable lookup) {
        try {
            lookup.run();
        } catch (LimitExceededException e) {
            assertThat(e.limit()).isIn(1L, (long) KeyValueStoreBuilder.MAX_KEY_SIZE_BYTES);
        }
    }

    private static <T> T missing() {
        @Nullable T nothing = null;
        return nothing;
    }
}
