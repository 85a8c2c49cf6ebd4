package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Arrays belong to the caller: those passed in may be used again, those returned changed. */
interface Ownership extends StoreSuite {

    @Test
    default void arraysPassedInMayBeUsedAgain() {
        KeyValueStore store = stores().open();
        byte[] key = new byte[1];
        byte[] value = new byte[1];

        store.set(filled(key, 'a'), filled(value, '1'));
        store.set(filled(key, 'b'), filled(value, '2'), Duration.ofDays(1));
        store.setIfAbsent(filled(key, 'c'), filled(value, '3'));
        store.update(filled(key, 'a'), filled(value, '4'));
        store.compareAndSet(filled(key, 'b'), bytes("2"), filled(value, '5'));
        filled(key, 'x');
        filled(value, 'x');

        assertThat(store.get("a")).isEqualTo("4");
        assertThat(store.get("b")).isEqualTo("5");
        assertThat(store.get("c")).isEqualTo("3");
        assertThat(store.size()).isEqualTo(3);
    }

    @Test
    default void arraysAddedToABatchMayBeUsedAgain() {
        KeyValueStore store = stores().open();
        store.set("c", "3");
        byte[] key = new byte[1];
        byte[] value = new byte[1];
        WriteBatch batch = new WriteBatch();

        batch.set(filled(key, 'a'), filled(value, '1'));
        batch.set(filled(key, 'b'), filled(value, '2'), Duration.ofDays(1));
        batch.delete(filled(key, 'c'));
        filled(key, 'x');
        filled(value, 'x');
        store.write(batch);

        assertThat(store.get("a")).isEqualTo("1");
        assertThat(store.get("b")).isEqualTo("2");
        assertThat(store.size()).isEqualTo(2);
    }

    @Test
    default void arraysReturnedMayBeChanged() {
        KeyValueStore store = stores().open();
        store.set("k", "value");

        filled(store.get(bytes("k")), 'x');
        filled(store.getAll(new byte[][] {bytes("k")})[0], 'x');
        try (Stream<Entry> scan = store.scan(new byte[0])) {
            Entry entry = scan.findFirst().orElseThrow();
            filled(entry.key(), 'x');
            filled(entry.value(), 'x');
        }

        assertThat(store.get("k")).isEqualTo("value");
        assertThat(store.contains("x")).isFalse();
        assertThat(store.scan("k")).hasSize(1);
    }

    @Test
    default void aPrefixMayBeChangedWhileScanning() {
        KeyValueStore store = stores().open();
        store.set("a", "1");
        store.set("b", "2");
        byte[] prefix = bytes("a");

        try (Stream<Entry> scan = store.scan(prefix)) {
            filled(prefix, 'b');
            assertThat(scan.map(Entry::keyString)).containsExactly("a");
        }
    }

    @Test
    default void oneKeyAskedForTwiceIsAnsweredWithTwoArrays() {
        KeyValueStore store = stores().open();
        store.set("k", "value");

        byte[][] values = store.getAll(new byte[][] {bytes("k"), bytes("k")});
        filled(values[0], 'x');

        assertThat(values[1]).isEqualTo(bytes("value"));
    }

    private static byte[] filled(byte[] array, char with) {
        Arrays.fill(array, (byte) with);
        return array;
    }
}
