package dev.kvstore.salvage;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.value;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import java.time.Duration;

/** Fills a store with some of everything that the format knows, in a few small segments. */
final class SmallStore {

    /** As many keys as there are of each kind. */
    static final int COUNT = 60;

    private static final int LARGE_BYTES = 100_000;

    private SmallStore() {}

    static void fill(KeyValueStore store) {
        for (int i = 0; i < COUNT; i++) {
            store.set(bytes("updated-" + i), value(i, 1, 300));
            store.set(bytes("deleted-" + i), value(i, 1, 200));
            store.set(bytes("limited-" + i), value(i, 1, 100), Duration.ofDays(1000));
        }
        store.set(bytes("large"), value(0, 1, LARGE_BYTES));
        for (int i = 0; i < COUNT; i++) {
            store.set(bytes("updated-" + i), value(i, 2, 500));
            store.delete(bytes("deleted-" + i));
            store.set(bytes("twice-" + i), value(i, 1, 700));
        }
        store.compact(); // leaves cold segments, and tombstones that go only with the next one
        for (int i = 0; i < COUNT; i += 3) {
            store.write(
                    new WriteBatch()
                            .set(bytes("batched-" + i), value(i, 1, 90))
                            .delete(bytes("twice-" + i))
                            .set(bytes("batched-" + (i + 1)), value(i, 1, 9)));
            store.set(bytes("late-" + i), value(i, 1, 300));
            store.delete(bytes("limited-" + i));
            store.set(bytes("empty-" + i), new byte[0]);
        }
        store.set(bytes("large"), value(0, 2, LARGE_BYTES));
        store.set(bytes("last"), value(0, 1, 40));
    }
}
