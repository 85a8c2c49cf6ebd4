package dev.kvstore.simulation;

import dev.kvstore.KeyValueStore;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What each key may hold when some calls have failed: a call that threw may have had its effect or
 * not, as a whole, but nothing else.
 */
final class Outcomes {

    /** For each key the values that it may have; null stands for none. */
    private final Map<String, Set<@Nullable String>> allowed = new TreeMap<>();

    private @Nullable Map<String, @Nullable String> lastUnknownBatch;

    Outcomes() {
        for (int i = 0; i < History.KEYS; i++) {
            Set<@Nullable String> absent = new HashSet<>();
            absent.add(null);
            allowed.put(History.key(i), absent);
        }
    }

    /** Returns what a step changes. */
    static Map<String, @Nullable String> changes(Step step) {
        Map<String, @Nullable String> changes = new LinkedHashMap<>();
        if (step instanceof Step.Set set) {
            changes.put(set.key(), set.value());
        } else if (step instanceof Step.Delete delete) {
            changes.put(delete.key(), null);
        } else if (step instanceof Step.Batch batch) {
            changes.putAll(batch.changes());
        }
        return changes;
    }

    /** Notes a step that the store has acknowledged. */
    void done(Step step) {
        changes(step)
                .forEach(
                        (key, value) -> {
                            Set<@Nullable String> values = of(key);
                            values.clear();
                            values.add(value);
                        });
        if (!changes(step).isEmpty()) {
            lastUnknownBatch = null;
        }
    }

    /** Notes a step that failed, nobody knows when. */
    void unknown(Step step) {
        changes(step).forEach((key, value) -> of(key).add(value));
        lastUnknownBatch = changes(step);
    }

    private Set<@Nullable String> of(String key) {
        return java.util.Objects.requireNonNull(allowed.get(key));
    }

    /** Checks everything that a store holds. */
    void check(KeyValueStore store) {
        Map<String, String> contents = World.contents(store);
        allowed.forEach(
                (key, values) -> {
                    if (!values.contains(contents.get(key))) {
                        throw new AssertionError(
                                key + " is " + contents.get(key) + ", and may be " + values);
                    }
                });
        Map<String, @Nullable String> batch = lastUnknownBatch;
        if (batch != null) {
            // Only what was set can be told from what was there before.
            List<String> set =
                    batch.keySet().stream().filter(key -> batch.get(key) != null).toList();
            long taken =
                    set.stream()
                            .filter(key -> contents.get(key) != null)
                            .filter(key -> contents.get(key).equals(batch.get(key)))
                            .count();
            if (taken != 0 && taken != set.size()) {
                throw new AssertionError("Half of a batch: " + batch + " in " + contents);
            }
        }
    }
}
