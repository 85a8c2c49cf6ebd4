package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreState;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The sealer cannot make a place for hints, as for want of file descriptors. */
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
            disk.failWith(Faults.in("kv-sealer", Faults.Kind.EIO, ".hint"));
            assertThatThrownBy(() -> writeAll(store, MOST_WRITES))
                    .isInstanceOf(StoreFullException.class)
                    .hasMessageContaining("simulated");
            assertThat(written).isGreaterThan(3 * 7);
            assertThatThrownBy(store::compact).isInstanceOf(StoreFullException.class);
            assertThat(store.stats().state()).isNotEqualTo(StoreState.FAILED);
            readAll(store);

            disk.failWith(Faults.none());
            Awaitility.await().ignoreExceptions().until(() -> writeAll(store, MOST_WRITES));
            store.compact();
            readAll(store);
            assertThat(store.verify().isSound()).isTrue();
        }
        try (KeyValueStore store = open()) {
            assertThat(store.stats().recovery().clean()).isTrue();
            readAll(store);
        }
    }

    @Test
    void closeDoesNotWaitForIt() {
        KeyValueStore store = open();
        disk.failWith(Faults.in("kv-sealer", Faults.Kind.EIO, ".hint"));
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
        return StoreOpener.open(
                new StoreOptions(
                        Path.of("/simulated"),
                        null,
                        Durability.OS,
                        Duration.ofHours(1),
                        World.SEGMENT_SIZE_BYTES,
                        1000,
                        1 << 20,
                        new CompactionOptions(false, Duration.ofHours(1), 0.5, 0),
                        false,
                        true,
                        0,
                        Clock.systemUTC()),
                disk);
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
