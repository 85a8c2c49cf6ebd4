package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Passes over many keys, also while they change. */
interface Scans extends StoreSuite {

    @Test
    default void aScanDeliversTheKeysWithThePrefix() {
        KeyValueStore store = stores().open();
        for (String key : List.of("a", "ab", "abc", "abd", "b", "ba", "A")) {
            store.set(key, "value of " + key);
        }

        assertThat(keys(store, "")).hasSize(7);
        assertThat(keys(store, "a")).containsExactlyInAnyOrder("a", "ab", "abc", "abd");
        assertThat(keys(store, "ab")).containsExactlyInAnyOrder("ab", "abc", "abd");
        assertThat(keys(store, "abc")).containsExactly("abc");
        assertThat(keys(store, "abcd")).isEmpty();
        assertThat(keys(store, "c")).isEmpty();
        try (Stream<Entry> scan = store.scan("ba")) {
            assertThat(scan)
                    .singleElement()
                    .isEqualTo(new Entry(bytes("ba"), bytes("value of ba")));
        }
    }

    @Test
    default void prefixesAreBytesOfAnyValue() {
        KeyValueStore store = stores().open();
        byte[] all = {(byte) 0xFF, (byte) 0xFF};
        store.set(all, bytes("1"));
        store.set(new byte[] {(byte) 0xFF, 0}, bytes("2"));
        store.set(new byte[] {0, (byte) 0xFF}, bytes("3"));

        assertThat(store.scan(new byte[] {(byte) 0xFF})).hasSize(2);
        assertThat(store.scan(all)).hasSize(1);
        assertThat(store.scan(new byte[] {0})).hasSize(1);
        assertThat(store.scan(new byte[70_000])).isEmpty();
    }

    @Test
    default void deletedKeysAreNotDelivered() {
        KeyValueStore store = stores().open();
        fill(store, 0, 100, 1, 10);
        for (int i = 0; i < 100; i += 2) {
            store.delete(key(i));
        }

        assertThat(keys(store, "")).hasSize(50).doesNotContain("key-0", "key-98");
    }

    @Test
    default void forEachDeliversEverythingOnce() {
        KeyValueStore store = stores().open();
        fill(store, 0, 3000, 1, 30);
        List<String> delivered = new ArrayList<>();

        store.forEach(entry -> delivered.add(entry.keyString()));

        assertThat(delivered).hasSize(3000).doesNotHaveDuplicates();
    }

    @Test
    default void theActionOfForEachMayUseTheStore() {
        KeyValueStore store = stores().open();
        fill(store, 0, 200, 1, 10);

        store.forEach(
                entry -> {
                    assertThat(store.get(entry.key())).isEqualTo(entry.value());
                    assertThat(store.delete(entry.key())).isTrue();
                });

        assertThat(store.size()).isZero();
    }

    @Test
    default void aScanCanBeLeftUnfinished() {
        KeyValueStore store = stores().open();
        fill(store, 0, 500, 1, 10);

        for (int i = 0; i < 20; i++) {
            try (Stream<Entry> scan = store.scan("")) {
                assertThat(scan.limit(i)).hasSize(i);
            }
        }
        store.scan("").close();

        store.set("k", "v");
        assertThat(store.size()).isEqualTo(501);
    }

    @Test
    default void aScanIsSequential() {
        KeyValueStore store = stores().open();

        try (Stream<Entry> scan = store.scan("")) {
            assertThat(scan.isParallel()).isFalse();
        }
    }

    @Test
    default void keysThereThroughoutAreDeliveredOnceWhileTheStoreGrows() {
        KeyValueStore store = stores().open();
        fill(store, 0, 1000, 1, 10);
        List<Entry> delivered = new ArrayList<>();

        try (Stream<Entry> scan = store.scan("")) {
            Iterator<Entry> entries = scan.iterator();
            for (int round = 1; entries.hasNext(); round++) {
                delivered.add(entries.next());
                if (round % 50 == 0 && round <= 1000) {
                    fill(store, 1000 * round / 50, 1000 * (round / 50 + 1), 1, 10);
                }
            }
        }

        assertThat(delivered)
                .extracting(Entry::keyString)
                .doesNotHaveDuplicates()
                .containsAll(firstKeys(1000));
    }

    @Test
    default void keysRewrittenWhileScanningAreDeliveredOnceWithTheValueTheyHaveThen() {
        KeyValueStore store = stores().open();
        fill(store, 0, 500, 1, 30);
        List<Entry> delivered = new ArrayList<>();

        try (Stream<Entry> scan = store.scan("key-")) {
            Iterator<Entry> entries = scan.iterator();
            for (int i = 0; i < 100; i++) {
                delivered.add(entries.next());
            }
            fill(store, 0, 500, 2, 300);
            entries.forEachRemaining(delivered::add);
        }

        assertThat(delivered)
                .extracting(Entry::keyString)
                .containsExactlyInAnyOrderElementsOf(firstKeys(500));
        for (int i = 0; i < delivered.size(); i++) {
            Entry entry = delivered.get(i);
            int number = Integer.parseInt(entry.keyString().substring("key-".length()));
            assertThat(entry.value())
                    .isEqualTo(i < 100 ? value(number, 1, 30) : value(number, 2, 300));
        }
    }

    @Test
    default void keysThatComeAndGoAreNeverDeliveredTwice() {
        KeyValueStore store = stores().open();
        fill(store, 0, 500, 1, 10);
        List<String> delivered = new ArrayList<>();

        try (Stream<Entry> scan = store.scan("")) {
            Iterator<Entry> entries = scan.iterator();
            while (entries.hasNext()) {
                Entry entry = entries.next();
                delivered.add(entry.keyString());
                store.delete(entry.key());
                store.set(entry.key(), bytes("back"));
            }
        }

        assertThat(delivered).doesNotHaveDuplicates();
    }

    private static List<String> keys(KeyValueStore store, String prefix) {
        try (Stream<Entry> scan = store.scan(prefix)) {
            return scan.map(Entry::keyString).toList();
        }
    }

    private static List<String> firstKeys(int count) {
        return Stream.iterate(0, i -> i + 1).limit(count).map(i -> "key-" + i).toList();
    }
}
