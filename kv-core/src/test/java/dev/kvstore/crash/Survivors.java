package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.crash.WriteScript.Stored;
import dev.kvstore.testing.StoreContents;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What must be in a store after its process was killed. Each writer did one write after the other,
 * so there are two states that its keys may be in: that after its last acknowledged write, or,
 * since one more may have been under way, that after the next. Every other difference is a loss, an
 * invention, a return from the dead or half of a batch.
 */
final class Survivors {

    private static final int DIFFERENCES_SHOWN = 10;

    private final long seed;
    private final int[] acknowledged;
    private final int[] applied;
    private final List<Map<String, Stored>> expected = new ArrayList<>();

    Survivors(long seed, int writers) {
        this.seed = seed;
        acknowledged = new int[writers];
        applied = new int[writers];
        for (int writer = 0; writer < writers; writer++) {
            expected.add(new TreeMap<>());
        }
    }

    /** The number of each writer's last acknowledged write, to be counted up by who hears of it. */
    int[] acknowledged() {
        return acknowledged;
    }

    /** How many writes were acknowledged, of all writers together. */
    long allAcknowledged() {
        return Arrays.stream(acknowledged).asLongStream().sum();
    }

    /** Checks what each writer has left, at a moment when what is fleeting may be there or not. */
    void check(KeyValueStore store) {
        for (int writer = 0; writer < acknowledged.length; writer++) {
            check(store, writer, false);
        }
    }

    /** Checks all that a store holds that was opened with the clock {@link #aLittleLater}. */
    void checkALittleLater(KeyValueStore store) {
        for (int writer = 0; writer < acknowledged.length; writer++) {
            check(store, writer, true);
        }
        long lasting = allStored().filter(stored -> !stored.isFleeting()).count();
        assertThat((long) StoreContents.of(store).size()).isEqualTo(lasting);
        // What has expired counts until compaction or a write removes it.
        assertThat(store.size()).as("size").isBetween(lasting, mostStored());
    }

    /** A clock by which everything fleeting is gone. */
    static Clock aLittleLater() {
        return Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));
    }

    /** Checks that exactly the entries without a time to live are left when all others are gone. */
    void checkMuchLater(KeyValueStore store) {
        for (int writer = 0; writer < acknowledged.length; writer++) {
            Map<String, Stored> permanent =
                    expected.get(writer).entrySet().stream()
                            .filter(entry -> entry.getValue().ttl() == null)
                            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            Map<String, byte[]> actual = read(store, WriteScript.prefix(writer));
            assertThat(differences(actual, permanent, true)).as("writer %d", writer).isEmpty();
        }
    }

    /** A clock for {@link #checkMuchLater}. */
    static Clock muchLater() {
        return Clock.offset(Clock.systemUTC(), WriteScript.FAR_AWAY.plus(Duration.ofDays(1)));
    }

    private void check(KeyValueStore store, int writer, boolean allGone) {
        WriteScript script = new WriteScript(seed, writer);
        Map<String, Stored> state = expected.get(writer);
        while (applied[writer] < acknowledged[writer]) {
            script.write(++applied[writer], state);
        }
        Map<String, byte[]> actual = read(store, WriteScript.prefix(writer));
        List<String> differences = differences(actual, state, allGone);
        if (!differences.isEmpty()) {
            assertThat(applied[writer])
                    .as("writer %d after write %d: %s", writer, applied[writer], differences)
                    .isEqualTo(acknowledged[writer]);
            script.write(++applied[writer], state);
            assertThat(differences(actual, state, allGone))
                    .as(
                            "writer %d after write %d, which was not acknowledged; without it: %s",
                            writer, applied[writer], differences)
                    .isEmpty();
        }
    }

    /**
     * A write that was under way and whose value has expired may be there or not: nobody can see.
     */
    private long mostStored() {
        long most = 0;
        for (int writer = 0; writer < acknowledged.length; writer++) {
            Map<String, Stored> next = new TreeMap<>(expected.get(writer));
            new WriteScript(seed, writer).write(applied[writer] + 1, next);
            most += Math.max(expected.get(writer).size(), next.size());
        }
        return most;
    }

    private Stream<Stored> allStored() {
        return expected.stream().flatMap(state -> state.values().stream());
    }

    private static Map<String, byte[]> read(KeyValueStore store, String prefix) {
        Map<String, byte[]> entries = new TreeMap<>();
        try (Stream<Entry> scan = store.scan(prefix)) {
            scan.forEach(entry -> entries.put(entry.keyString(), entry.value()));
        }
        return entries;
    }

    private static List<String> differences(
            Map<String, byte[]> actual, Map<String, Stored> expected, boolean allGone) {
        TreeSet<String> keys = new TreeSet<>(actual.keySet());
        keys.addAll(expected.keySet());
        return keys.stream()
                .filter(key -> !isPossible(actual.get(key), expected.get(key), allGone))
                .limit(DIFFERENCES_SHOWN)
                .map(key -> describe(key, actual.get(key), expected.get(key)))
                .toList();
    }

    private static boolean isPossible(
            byte @Nullable [] actual, @Nullable Stored expected, boolean allGone) {
        if (expected == null) {
            return actual == null;
        }
        if (actual == null) {
            return expected.isFleeting();
        }
        return Arrays.equals(actual, expected.value()) && !(allGone && expected.isFleeting());
    }

    private static String describe(
            String key, byte @Nullable [] actual, @Nullable Stored expected) {
        return "%s is %s, not %s%s"
                .formatted(
                        key,
                        text(actual),
                        text(expected == null ? null : expected.value()),
                        expected != null && expected.isFleeting() ? ", for a moment" : "");
    }
}
