package dev.kvstore.model;

import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreLockedException;
import dev.kvstore.StoreTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ModelStore} keeps while it is closed, with an account of the garbage that a log
 * would have. Its methods are called under its monitor.
 */
public class ModelDisk {

    /** The expiry of an entry that has none. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int HEADER_BYTES = 32;

    private final NavigableMap<byte[], Stored> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final Function<Path, ModelDisk> others;
    private boolean exists;
    private boolean open;
    private long liveBytes;
    private long garbageBytes;
    private long lastSequence;

    /** A value and the moment from which it is absent. */
    record Stored(byte[] value, long expiry) {}

    /**
     * Makes an empty disk.
     *
     * @param others finds the disk of another directory
     */
    ModelDisk(Function<Path, ModelDisk> others) {
        this.others = others;
    }

    void copyTo(Path target) {
        ModelDisk copy = others.apply(target);
        if (copy.exists) {
            throw new StoreTargetException("There is a store in " + target + ".", target);
        }
        copy.exists = true;
        copy.entries.putAll(entries);
        copy.liveBytes = liveBytes;
        copy.lastSequence = lastSequence;
    }

    synchronized boolean open(Path directory, boolean readOnly) {
        if (open) {
            throw new StoreLockedException(
                    directory + " is open.", directory, ProcessHandle.current().pid(), null, true);
        }
        if (readOnly && !exists) {
            throw new KeyValueStoreException("There is no store in " + directory + ".", null);
        }
        boolean created = !exists;
        open = true;
        exists = true;
        return created;
    }

    void close() {
        open = false;
    }

    @Nullable Stored find(byte[] key, long now) {
        Stored stored = entries.get(key);
        return stored == null || stored.expiry() <= now ? null : stored;
    }

    long put(byte[] key, byte[] value, long expiry) {
        long bytes = bytes(key, value);
        discard(key, entries.put(key, new Stored(value, expiry)));
        liveBytes += bytes;
        lastSequence++;
        return bytes;
    }

    void remove(byte[] key) {
        discard(key, entries.remove(key));
        garbageBytes += HEADER_BYTES + key.length;
        lastSequence++;
    }

    void compact(long now) {
        for (byte[] key : keys()) {
            if (find(key, now) == null) {
                discard(key, entries.remove(key));
            }
        }
        garbageBytes = 0;
    }

    List<byte[]> keys() {
        return new ArrayList<>(entries.keySet());
    }

    long liveBytes() {
        return liveBytes;
    }

    long garbageBytes() {
        return garbageBytes;
    }

    long lastSequence() {
        return lastSequence;
    }

    private void discard(byte[] key, @Nullable Stored old) {
        if (old != null) {
            liveBytes -= bytes(key, old.value());
            garbageBytes += bytes(key, old.value());
        }
    }

    private static long bytes(byte[] key, byte[] value) {
        return HEADER_BYTES + key.length + value.length;
    }
}
