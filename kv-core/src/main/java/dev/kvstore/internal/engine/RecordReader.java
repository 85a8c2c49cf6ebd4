package dev.kvstore.internal.engine;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the record of one key, without a lock. One object serves one lookup at a time.
 *
 * <p><b>Invariant:</b> what it answers was read from one life of the segment: the generation that
 * {@link #locate} noted, before the index read the slot a second time, is still there after the
 * last byte was copied.
 */
final class RecordReader implements KeyMatcher {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** How much of a record is wanted. */
    enum Part {
        /** Only whether there is one, and when it expires. */
        HEADER,
        /** The value too. */
        VALUE
    }

    private static final byte[] NO_BYTES = {};

    private static final int CACHE_LINE_BYTES = 64;

    private final Log log;
    private byte[] key;
    private final Part part;
    private final boolean verify;

    private long address;
    private @Nullable Segment segment;
    private long generation;
    private int flags;
    private long expiry;
    private byte[] value = NO_BYTES;
    private int fetched; // keeps loads alive of which nothing else depends

    RecordReader(Log log, byte[] key, Part part, boolean verify) {
        this.log = log;
        this.key = key;
        this.part = part;
        this.verify = verify;
    }

    /** Looks for another key from now on. */
    void lookFor(byte[] other) {
        key = other;
    }

    /** The value, if that was wanted and found. */
    byte[] value() {
        return value;
    }

    /** Whether the record that was found has expired at a time. */
    boolean isExpired(java.time.Clock clock) {
        boolean expired = (flags & RecordFormat.EXPIRY) != 0 && expiry <= clock.millis();
        if (expired && part == Part.HEADER) {
            checkExpired();
        }
        return expired;
    }

    /** A flipped bit in an expiry must not make a key absent, nor let it be overwritten as such. */
    private void checkExpired() {
        Segment found = segment;
        if (found == null) {
            return;
        }
        try {
            boolean intact = found.isIntact(log.offsetOf(address), generation);
            VarHandle.acquireFence();
            if (!intact && found.generation() == generation) {
                throw damage();
            }
        } catch (IllegalStateException e) {
            if (log.segmentOf(address) == found) {
                throw e;
            }
        }
    }

    @Override
    public void locate(long address) {
        this.address = address;
        Segment found = log.segmentOf(address);
        this.segment = found;
        if (found != null) {
            this.generation = found.generation();
        }
    }

    @Override
    public Answer match() {
        Segment found = segment;
        if (found == null) {
            return Answer.NO; // a page that was given to something else; see HashIndex
        }
        try {
            Answer answer = match(found, found.buffer(), log.offsetOf(address));
            // All loads above come before this one.
            VarHandle.acquireFence();
            if (found.generation() != generation) {
                return Answer.MOVED;
            }
            return answer;
        } catch (IllegalStateException e) {
            if (log.segmentOf(address) != found) {
                return Answer.MOVED; // the file went, and its mapping with it
            }
            throw e;
        }
    }

    private Answer match(Segment found, ByteBuffer buffer, int offset) {
        int room = found.capacityBytes() - offset;
        if (room < RecordFormat.HEADER_SIZE_BYTES) {
            return Answer.NO;
        }
        fetchAhead(buffer, offset, room);
        int keySize = RecordFormat.keySize(buffer, offset);
        int valueSize = RecordFormat.valueSize(buffer, offset);
        int recordFlags = RecordFormat.flags(buffer, offset);
        if (valueSize < 0 || RecordFormat.size(recordFlags, keySize, valueSize) > room) {
            return Answer.DAMAGED;
        }
        int keyOffset = offset + RecordFormat.headerSize(recordFlags);
        if (keySize != key.length || !equals(buffer, keyOffset, key)) {
            // Rare, so it costs nothing to make sure that it is not our key with a flipped bit.
            return found.isIntact(offset, generation) ? Answer.NO : Answer.DAMAGED;
        }
        flags = recordFlags;
        expiry = (recordFlags & RecordFormat.EXPIRY) == 0 ? 0 : RecordFormat.expiry(buffer, offset);
        if (part == Part.HEADER) {
            return Answer.YES;
        }
        byte[] copy = new byte[valueSize];
        buffer.get(keyOffset + keySize, copy, 0, valueSize);
        value = copy;
        return !verify || found.isIntact(offset, generation, key, copy)
                ? Answer.YES
                : Answer.DAMAGED;
    }

    /**
     * Has the processor fetch the lines behind the first one while it waits for that. Else it waits
     * twice, since only the first says how many there are. What is longer it fetches by itself.
     */
    private void fetchAhead(ByteBuffer buffer, int offset, int room) {
        if (room <= 2 * CACHE_LINE_BYTES) {
            return;
        }
        fetched = buffer.get(offset + CACHE_LINE_BYTES);
        if (part == Part.VALUE) {
            fetched += buffer.get(offset + 2 * CACHE_LINE_BYTES);
        }
    }

    @Override
    public RuntimeException damage() {
        return damaged(log, address);
    }

    private static boolean equals(ByteBuffer buffer, int offset, byte[] key) {
        int i = 0;
        for (; i + 8 <= key.length; i += 8) {
            if (buffer.getLong(offset + i) != (long) LONGS.get(key, i)) {
                return false;
            }
        }
        for (; i < key.length; i++) {
            if (buffer.get(offset + i) != key[i]) {
                return false;
            }
        }
        return true;
    }

    /** Says that the record at an address is not what was written there. */
    static StoreCorruptedException damaged(Log log, long address) {
        Path file = log.segments().pathOf(log.addresses().segmentId(address));
        int offset = log.offsetOf(address);
        return new StoreCorruptedException(
                file
                        + " has a damaged record at offset "
                        + offset
                        + ". Other keys can still be read. Restore the store from a backup, or"
                        + " salvage it with KeyValueStore.repair.",
                file,
                offset,
                null);
    }
}
