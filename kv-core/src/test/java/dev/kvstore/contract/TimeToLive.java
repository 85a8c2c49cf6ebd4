package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KeyValueStore;
import dev.kvstore.LimitExceededException;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries with a time to live, on a clock that the test moves. */
interface TimeToLive extends StoreSuite {

    Duration TTL = Duration.ofSeconds(10);
    Duration ALMOST = TTL.minusMillis(1);
    Duration MOMENT = Duration.ofMillis(1);

    @Test
    default void anEntryIsThereUntilItsExpiry() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        store.set("k", "v", TTL);

        clock.advance(ALMOST);
        assertThat(store.get("k")).isEqualTo("v");
        assertThat(store.contains("k")).isTrue();
        assertThat(store.getAll(List.of("k"))).hasSize(1);
        assertThat(store.scan("k")).hasSize(1);

        clock.advance(MOMENT);
        assertThat(store.get("k")).isNull();
        assertThat(store.contains("k")).isFalse();
        assertThat(store.getAll(List.of("k"))).isEmpty();
        assertThat(store.scan("k")).isEmpty();
    }

    @Test
    default void anExpiredKeyIsAbsentForWritesToo() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        for (String key : List.of("update", "delete", "compare", "absent")) {
            store.set(key, "v", TTL);
        }
        clock.advance(TTL);

        assertThat(store.update("update", "new")).isFalse();
        assertThat(store.delete("delete")).isFalse();
        assertThat(store.compareAndSet("compare", "v", "new")).isFalse();
        assertThat(store.setIfAbsent("absent", "new")).isTrue();

        assertThat(store.getAll(List.of("update", "delete", "compare", "absent")))
                .hasSize(1)
                .containsEntry("absent", "new");
    }

    @Test
    default void writingAgainWithoutATimeMakesAnEntryPermanent() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        for (String key : List.of("set", "update", "compare", "batch")) {
            store.set(key, "v", TTL);
        }

        store.set("set", "new");
        store.update("update", "new");
        store.compareAndSet("compare", "v", "new");
        store.write(new WriteBatch().set("batch", "new"));
        clock.advance(TTL.multipliedBy(2));

        assertThat(store.getAll(List.of("set", "update", "compare", "batch"))).hasSize(4);
    }

    @Test
    default void writingAgainWithATimeStartsAnew() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        store.set("permanent", "v");
        store.set("permanent", "v", TTL);
        store.set("longer", "v", TTL);
        clock.advance(ALMOST);
        store.set("longer", "v", TTL);

        clock.advance(MOMENT);
        assertThat(store.contains("permanent")).isFalse();
        assertThat(store.contains("longer")).isTrue();

        clock.advance(ALMOST);
        assertThat(store.contains("longer")).isFalse();
    }

    @Test
    default void aBatchCountsTheTimeFromItsWriting() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        WriteBatch batch = new WriteBatch().set("a", "v", TTL).set(bytes("b"), bytes("v"), TTL);
        clock.advance(TTL);

        store.write(batch);

        clock.advance(ALMOST);
        assertThat(store.getAll(List.of("a", "b"))).hasSize(2);
        clock.advance(MOMENT);
        assertThat(store.getAll(List.of("a", "b"))).isEmpty();
    }

    @Test
    default void theExpiryIsKeptOverAReopen() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        store.set("k", "v", TTL);
        store.set("expires while closed", "v", MOMENT);
        clock.advance(ALMOST);

        store = stores().reopen();
        assertThat(store.get("k")).isEqualTo("v");
        assertThat(store.contains("expires while closed")).isFalse();

        clock.advance(MOMENT);
        assertThat(store.contains("k")).isFalse();
        assertThat(stores().reopen().contains("k")).isFalse();
    }

    @Test
    default void anExpiredEntryIsCountedOnceWhenItIsWrittenAgain() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        store.set("k", "v", TTL);
        clock.advance(TTL);

        store.set("k", "new");

        assertThat(store.size()).isEqualTo(1);
        assertThat(store.delete("k")).isTrue();
        assertThat(store.size()).isZero();
    }

    @Test
    default void theShortestTimeIsAMillisecond() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);

        store.set("k", "v", MOMENT);

        assertThat(store.get("k")).isEqualTo("v");
        clock.advance(MOMENT);
        assertThat(store.get("k")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0.000999999S", "PT0S", "PT-1S", "PT-2562047788015215H"})
    default void aShorterTimeIsRefused(Duration ttl) {
        KeyValueStore store = open(new MutableClock());

        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> store.set("k", "v", ttl));
        assertThat(store.contains("k")).isFalse();
    }

    @Test
    default void aTimeBeyondTheClockIsForEver() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        store.set("seconds", "v", Duration.ofSeconds(Long.MAX_VALUE));
        store.set("millis", "v", Duration.ofMillis(Long.MAX_VALUE));
        clock.advance(Duration.ofDays(365_000));

        store = stores().reopen();
        assertThat(store.get("seconds")).isEqualTo("v");
        assertThat(store.get("millis")).isEqualTo("v");
    }

    @Test
    default void aClockTurnedBackTakesNothingAway() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = open(clock);
        store.set("permanent", "v");
        store.set("k", "v", TTL);

        clock.turnBack(Duration.ofDays(1));
        store.set("later", "v", TTL);

        store = stores().reopen();
        assertThat(store.getAll(List.of("permanent", "k", "later"))).hasSize(3);
        clock.advance(TTL);
        assertThat(store.contains("later")).isFalse();
        assertThat(store.contains("k")).isTrue();
    }

    private KeyValueStore open(MutableClock clock) {
        return stores().open(StoreOptions.defaults().withClock(clock));
    }
}
