package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreState;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import dev.kvstore.testing.MutableClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files can be opened, but not for hints: for these there was no file descriptor. */
class PostponedHintTest {

    private static final String THIRD_OF_A_SEGMENT = "x".repeat(3650);

    /** Nine segments without a hint, of three values each, and what may be left of the tail. */
    private static final int MOST_WRITES = 3 * 10;

    private final SimulatedStorage disk = new SimulatedStorage();
    private int written;

    @AfterEach
    void nothingIsLeft() {
        assertThat(disk.mappedRegions()).isZero();
        disk.free();
    }

    @Test
    void writesGoOnWhenItCanAgain() {
        try (KeyValueStore store = open()) {
            disk.failWith(Faults.in("kv-sealer", Faults.Kind.EMFILE, ".hint"));
            assertThatThrownBy(() -> writeAll(store, MOST_WRITES))
                    .isInstanceOf(StoreFullException.class)
                    .hasMessageContaining("simulated");
            assertThat(written).isGreaterThan(3 * 7);
            assertThat(store.stats().state()).isEqualTo(StoreState.FULL);
            assertThat(store.stats().failure()).contains("simulated");
            store.compact(); // what it can
            readAll(store);
            assertThat(store.verify().isSound()).isTrue();

            disk.failWith(Faults.none());
            Awaitility.await().ignoreExceptions().until(() -> writeAll(store, MOST_WRITES));
            Awaitility.await().until(() -> store.stats().state() == StoreState.OPEN);
            store.compact();
            readAll(store);
            assertThat(store.verify().isSound()).isTrue();
        }
        try (KeyValueStore store = open()) {
            assertThat(store.stats().recovery().clean()).isTrue();
            readAll(store);
        }
    }

    /** Compaction copies to a segment that is full and cannot be ended, and goes on in it. */
    @Test
    void copiesAreNotLostWhenTheirSegmentCannotBeEnded() {
        KeyValueStore store = open();
        writeAll(store, 3 * 8);
        for (int i = 0; i < written; i += 2) {
            store.delete(History.key(i));
        }
        disk.failWith(Faults.in("kv-compactor", Faults.Kind.EMFILE, ".hint"));
        assertThatThrownBy(store::compact).hasMessageContaining("simulated");
        store.set("small", "value");
        store.delete(History.key(1));
        assertThatThrownBy(store::compact).hasMessageContaining("simulated");
        assertThat(store.stats().state()).isEqualTo(StoreState.OPEN);
        checkOddOnes(store);

        SimulatedStorage killed = disk.cut("after a failed compaction").after(Loss.nothing());
        try (KeyValueStore again = StoreOpener.open(options(), killed)) {
            checkOddOnes(again);
        }
        killed.free();
        disk.failWith(Faults.none());
        store.compact();
        checkOddOnes(store);
        store.close();
        try (KeyValueStore again = open()) {
            checkOddOnes(again);
        }
    }

    private void checkOddOnes(KeyValueStore store) {
        for (int i = 0; i < written; i++) {
            boolean present = i % 2 == 1 && i > 1;
            assertThat(store.get(History.key(i)))
                    .isEqualTo(present ? THIRD_OF_A_SEGMENT + i : null);
        }
        assertThat(store.get("small")).isEqualTo("value");
        assertThat(store.verify().isSound()).isTrue();
    }

    @Test
    void closeDoesNotWaitForIt() {
        KeyValueStore store = open();
        disk.failWith(Faults.in("kv-sealer", Faults.Kind.EMFILE, ".hint"));
        writeAll(store, 3 * 4);
        store.close();
        disk.failWith(Faults.none());
        try (KeyValueStore again = open()) {
            assertThat(again.stats().recovery().clean()).isFalse();
            readAll(again);
            assertThat(again.verify().isSound()).isTrue();
        }
    }

    private KeyValueStore open() {
        return StoreOpener.open(options(), disk);
    }

    private static StoreOptions options() {
        return new World.Options(Durability.OS, World.SEGMENT_SIZE_BYTES, false)
                .with(new MutableClock(), false);
    }

    private boolean writeAll(KeyValueStore store, int count) {
        while (written < count) {
            store.set(History.key(written), THIRD_OF_A_SEGMENT + written);
            written++;
        }
        return true;
    }

    private void readAll(KeyValueStore store) {
        for (int i = 0; i < written; i++) {
            assertThat(store.get(History.key(i))).isEqualTo(THIRD_OF_A_SEGMENT + i);
        }
    }
}
