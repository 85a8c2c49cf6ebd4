package dev.kvstore.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.Durability;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import dev.kvstore.testing.HeldStorage;
import dev.kvstore.testing.MemoryStorage;
import dev.kvstore.testing.Workers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Under SYNC nobody is told what is not on the disk: neither by a read nor by a condition. */
class DurableReadsTest {

    private static final String CHANGED = "changed";
    private static final String DELETED = "deleted";
    private static final String ADDED = "added";

    private static final Set<Thread.State> STOPPED =
            EnumSet.of(Thread.State.WAITING, Thread.State.TERMINATED);

    private final HeldStorage storage = new HeldStorage(new MemoryStorage(Path.of("/memory")));
    private final KeyValueStore store = open();
    private final Workers writers = new Workers();

    private KeyValueStore open() {
        return StoreOpener.open(
                new StoreOptions(
                        storage.directory(),
                        null,
                        Durability.SYNC,
                        Duration.ofHours(1),
                        64 << 10,
                        100,
                        1000,
                        new CompactionOptions(false, Duration.ofHours(1), 0.5, 0),
                        false,
                        true,
                        0,
                        Clock.systemUTC()),
                storage);
    }

    @AfterEach
    void close() {
        storage.release();
        store.close();
    }

    @Test
    void aWriteOnItsWayToTheDiskIsNotRead() throws InterruptedException {
        store.write(new WriteBatch().set(CHANGED, "old").set(DELETED, "old"));
        storage.hold();
        writers.start(() -> store.set(CHANGED, "new"))
                .start(() -> store.delete(DELETED))
                .start(() -> store.setIfAbsent(ADDED, "new"));
        storage.awaitForce();
        // Whichever has come so far: the others wait behind it, or have not begun.
        assertOldState();

        storage.release();
        writers.finish();
        assertNewState();
    }

    @Test
    void aBatchOnItsWayToTheDiskIsNotRead() throws InterruptedException {
        store.write(new WriteBatch().set(CHANGED, "old").set(DELETED, "old"));
        storage.hold();
        writers.start(
                () ->
                        store.write(
                                new WriteBatch()
                                        .set(CHANGED, "new")
                                        .delete(DELETED)
                                        .set(ADDED, "new")));
        storage.awaitForce();
        assertOldState();

        storage.release();
        writers.finish();
        assertNewState();
    }

    private void assertOldState() {
        assertThat(store.get(CHANGED)).isEqualTo("old");
        assertThat(store.get(DELETED)).isEqualTo("old");
        assertThat(store.get(ADDED)).isNull();
        assertThat(store.contains(DELETED)).isTrue();
        assertThat(store.contains(ADDED)).isFalse();
        assertThat(store.getAll(List.of(CHANGED, DELETED, ADDED)))
                .isEqualTo(Map.of(CHANGED, "old", DELETED, "old"));
        try (Stream<Entry> all = store.scan("")) {
            assertThat(all.map(Entry::valueString)).containsExactly("old", "old");
        }
        assertThat(store.size()).isEqualTo(2);
    }

    private void assertNewState() {
        assertThat(store.get(CHANGED)).isEqualTo("new");
        assertThat(store.contains(DELETED)).isFalse();
        assertThat(store.get(ADDED)).isEqualTo("new");
        assertThat(store.size()).isEqualTo(2);
    }

    /** That it does not hold is because of a write that a power cut could still take back. */
    @Test
    void aConditionThatDoesNotHoldIsToldWhenThatIsOnTheDisk() throws InterruptedException {
        storage.hold();
        writers.start(() -> store.set(ADDED, "new"));
        storage.awaitForce(); // the write is in the log
        writers.start(() -> assertThat(store.setIfAbsent(ADDED, "other")).isFalse());
        Thread asking = writers.threads().get(1);
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> STOPPED.contains(asking.getState()));

        assertThat(asking.getState()).isEqualTo(Thread.State.WAITING);
        assertThat(store.get(ADDED)).isNull();

        storage.release();
        writers.finish();
        assertThat(store.get(ADDED)).isEqualTo("new");
    }
}
