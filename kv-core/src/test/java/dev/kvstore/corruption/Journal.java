package dev.kvstore.corruption;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All writes that a store acknowledged, in their order, and so every state it was in. */
final class Journal {

    /** What each write made of the keys it was about; null for absent. */
    private final List<Map<String, byte @Nullable []>> writes = new ArrayList<>();

    private final Set<String> keys = new TreeSet<>();

    void add(Map<String, byte @Nullable []> changes) {
        writes.add(changes);
        keys.addAll(changes.keySet());
    }

    void add(String key, byte @Nullable [] value) {
        Map<String, byte @Nullable []> change = new HashMap<>();
        change.put(key, value);
        add(change);
    }

    Set<String> keys() {
        return keys;
    }

    /** Returns the value of each key after all writes; null for absent. */
    Map<String, byte @Nullable []> last() {
        Map<String, byte @Nullable []> state = new LinkedHashMap<>();
        for (Map<String, byte @Nullable []> write : writes) {
            state.putAll(write);
        }
        return state;
    }

    /**
     * Returns how many of the first writes make what was read, or -1 if no number of them does. Of
     * keys that could not be read nothing is expected.
     */
    int prefixThatMakes(Map<String, byte @Nullable []> read) {
        Map<String, byte @Nullable []> state = new HashMap<>();
        Set<String> different = new TreeSet<>();
        for (Map.Entry<String, byte @Nullable []> entry : read.entrySet()) {
            if (entry.getValue() != null) {
                different.add(entry.getKey());
            }
        }
        int found = different.isEmpty() ? 0 : -1;
        for (int i = 0; i < writes.size(); i++) {
            state.putAll(writes.get(i));
            for (String key : writes.get(i).keySet()) {
                if (!read.containsKey(key) || Arrays.equals(read.get(key), state.get(key))) {
                    different.remove(key);
                } else {
                    different.add(key);
                }
            }
            if (different.isEmpty()) {
                found = i + 1;
            }
        }
        return found;
    }

    int size() {
        return writes.size();
    }
}
