package dev.kvstore.simulation;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One thing that a history does to a store, and what that means for what the store holds. */
sealed interface Step {

    /** A value, and when it expires in milliseconds since 1970, or 0. */
    record Stored(String value, long expiry) {

        boolean isVisible(long now) {
            return expiry == 0 || expiry > now;
        }
    }

    /** Does it, and returns what the store answers. */
    Object applyTo(KeyValueStore store);

    /** Does it to a map, and returns what the store has to answer. */
    Object applyTo(NavigableMap<String, Stored> state, long now);

    private static boolean isThere(NavigableMap<String, Stored> state, String key, long now) {
        Stored stored = state.get(key);
        return stored != null && stored.isVisible(now);
    }

    /** Sets a value, for ever or, with a time to live, for some milliseconds. */
    record Set(String key, String value, long ttlMillis) implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            if (ttlMillis == 0) {
                store.set(key, value);
            } else {
                store.set(key, value, Duration.ofMillis(ttlMillis));
            }
            return true;
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            state.put(key, new Stored(value, ttlMillis == 0 ? 0 : now + ttlMillis));
            return true;
        }

        @Override
        public String toString() {
            return "set " + key + " " + shortened(value) + (ttlMillis == 0 ? "" : " " + ttlMillis);
        }
    }

    /** Replaces a value. */
    record Update(String key, String value) implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            return store.update(key, value);
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            boolean there = isThere(state, key, now);
            if (there) {
                state.put(key, new Stored(value, 0));
            }
            return there;
        }

        @Override
        public String toString() {
            return "update " + key + " " + shortened(value);
        }
    }

    /** Sets a value where there is none. */
    record SetIfAbsent(String key, String value) implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            return store.setIfAbsent(key, value);
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            boolean there = isThere(state, key, now);
            if (!there) {
                state.put(key, new Stored(value, 0));
            }
            return !there;
        }

        @Override
        public String toString() {
            return "set if absent " + key + " " + shortened(value);
        }
    }

    /** Removes a key. */
    record Delete(String key) implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            return store.delete(key);
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            boolean there = isThere(state, key, now);
            if (there) {
                state.remove(key);
            }
            return there;
        }

        @Override
        public String toString() {
            return "delete " + key;
        }
    }

    /** Sets and removes several keys at once; a null value removes. */
    record Batch(LinkedHashMap<String, @Nullable String> changes) implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            WriteBatch batch = new WriteBatch();
            for (Map.Entry<String, @Nullable String> change : changes.entrySet()) {
                String value = change.getValue();
                if (value == null) {
                    batch.delete(change.getKey());
                } else {
                    batch.set(change.getKey(), value);
                }
            }
            store.write(batch);
            return true;
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            for (Map.Entry<String, @Nullable String> change : changes.entrySet()) {
                String value = change.getValue();
                if (value == null) {
                    state.remove(change.getKey());
                } else {
                    state.put(change.getKey(), new Stored(value, 0));
                }
            }
            return true;
        }

        @Override
        public String toString() {
            Map<String, String> shown = new TreeMap<>();
            changes.forEach((key, value) -> shown.put(key, value == null ? "-" : shortened(value)));
            return "batch " + shown;
        }
    }

    /** Makes everything before it durable. */
    record Sync() implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            store.sync();
            return true;
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            return true;
        }
    }

    /** Compacts completely. */
    record Compact() implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            store.compact();
            return true;
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            return true;
        }
    }

    /** Waits for a compaction in the background, if one comes within a time that is long for it. */
    record AwaitCompaction() implements Step {

        private static final long MOST_NANOS = 500_000_000;

        @Override
        public Object applyTo(KeyValueStore store) {
            long before = store.stats().compactions();
            long end = System.nanoTime() + MOST_NANOS;
            while (store.stats().compactions() == before && System.nanoTime() < end) {
                LockSupport.parkNanos(MOST_NANOS / 500);
            }
            return true;
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            return true;
        }
    }

    /** Closes the store and opens it again; done by the world. */
    record Reopen() implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            return true;
        }
    }

    /** Moves the clock; done by the world. */
    record Wait(long millis) implements Step {

        @Override
        public Object applyTo(KeyValueStore store) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object applyTo(NavigableMap<String, Stored> state, long now) {
            return true;
        }
    }

    private static String shortened(String value) {
        return value.length() < 12
                ? value
                : value.substring(0, 8) + "… (" + value.length() + " characters)";
    }
}
