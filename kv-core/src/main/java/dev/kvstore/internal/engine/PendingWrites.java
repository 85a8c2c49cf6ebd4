package dev.kvstore.internal.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes that are in the log and not yet on the disk, and so not yet in the index: under {@link
 * dev.kvstore.Durability#SYNC} nobody may read what a power cut could take back. Those who decide
 * by what a key is now, and write next, must see them all the same.
 *
 * <p><b>Threads:</b> guarded by the store's write lock. As each of their writers waits, there are
 * few.
 */
final class PendingWrites {

    /**
     * One write.
     *
     * @param address the record's address, or 0 if the key was deleted
     * @param endPosition where the log ended after it
     */
    record Write(byte[] key, long hash, long address, long endPosition) {}

    private final Deque<Write> queue = new ArrayDeque<>();
    private final Map<Key, Write> newest = new HashMap<>();

    /** Adds what was appended last. The key is kept, so it must be a copy. */
    void add(Write write) {
        queue.add(write);
        newest.put(new Key(write.key(), write.hash()), write);
    }

    /** Returns how many there are. */
    int size() {
        return queue.size();
    }

    /** Returns the newest write of a key, or null. */
    @Nullable Write newest(byte[] key, long hash) {
        return newest.isEmpty() ? null : newest.get(new Key(key, hash));
    }

    /** Takes the next write that ended at or before a position, or null. */
    @Nullable Write take(long position) {
        Write first = queue.peek();
        if (first == null || first.endPosition() > position) {
            return null;
        }
        queue.remove();
        Key key = new Key(first.key(), first.hash());
        if (newest.get(key) == first) { // else a newer write of the key waits, too
            newest.remove(key);
        }
        return first;
    }

    private static final class Key {

        private final byte[] bytes;
        private final long hash;

        Key(byte[] bytes, long hash) {
            this.bytes = bytes;
            this.hash = hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && hash == key.hash && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(hash);
        }
    }
}
