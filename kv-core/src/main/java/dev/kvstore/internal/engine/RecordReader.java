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
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Reads the record of a key, without a lock.
 *
 * <p><b>Threads:</b> any number: it has no state.
 *
 * <p><b>Invariant:</b> what it answers was read from one life of the segment: the generation that
 * {@link #lifeOf} returned, before the index read the slot a second time, is still there after the
 * last byte was copied.
 */
final class RecordReader implements KeyMatcher<byte[], byte[]> {

    /** How much of a record is wanted. */
    enum Part {
        /** Only whether there is one: {@link #PRESENT}. */
        KEY,
        /** Also whether it has expired. */
        EXPIRY,
        /** The value. */
        VALUE
    }

    /** Found where the value was not wanted. Known by its identity. */
    static final byte[] PRESENT = {};

    /** Found in the place of a value that has expired. Known by its identity. */
    static final byte[] EXPIRED = {};

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int CACHE_LINE_BYTES = 64;

    /** A number that the sum of what is fetched ahead is not, but by chance, which does no harm. */
    private static final long UNLIKELY = 0x9e3779b97f4a7c15L;

    private static final long NO_SEGMENT = -1;

    private final Log log;
    private final Clock clock;
    private final Part part;
    private final boolean verify;

    RecordReader(Log log, Clock clock, Part part, boolean verify) {
        this.log = log;
        this.clock = clock;
        this.part = part;
        this.verify = verify;
    }

    @Override
    public long lifeOf(long address) {
        Segment segment = log.segmentOf(address);
        return segment == null ? NO_SEGMENT : segment.generation();
    }

    @Override
    public byte @Nullable [] match(byte[] key, long address, long life) {
        Segment segment = log.segmentOf(address);
        if (segment == null) {
            return null; // a page that was given to something else; see HashIndex
        }
        try {
            byte[] found = match(key, segment, log.offsetOf(address), life);
            // All loads above come before this one.
            VarHandle.acquireFence();
            return segment.generation() == life ? found : null;
        } catch (IllegalStateException e) {
            if (log.segmentOf(address) != segment) {
                return null; // the file went, and its mapping with it
            }
            throw e;
        }
    }

    private byte @Nullable [] match(byte[] key, Segment segment, int offset, long life) {
        ByteBuffer buffer = segment.buffer();
        int room = segment.capacityBytes() - offset;
        if (room < RecordFormat.HEADER_SIZE_BYTES) {
            return null;
        }
        fetchAhead(buffer, offset, room);
        int keySize = RecordFormat.keySize(buffer, offset);
        int valueSize = RecordFormat.valueSize(buffer, offset);
        int flags = RecordFormat.flags(buffer, offset);
        int keyOffset = offset + RecordFormat.headerSize(flags);
        if (keySize != key.length
                || valueSize < 0
                || RecordFormat.size(flags, keySize, valueSize) > room
                || !equals(buffer, keyOffset, key)) {
            return null;
        }
        if (part == Part.KEY) {
            return PRESENT;
        }
        boolean expired = isExpired(buffer, offset, flags);
        if (part == Part.EXPIRY) {
            // A flipped bit in an expiry must not make a key absent, nor let it be overwritten as
            // such.
            return !expired ? PRESENT : segment.isIntact(offset, life) ? EXPIRED : null;
        }
        byte[] value = new byte[valueSize];
        buffer.get(keyOffset + keySize, value, 0, valueSize);
        if (verify && !segment.isIntact(offset, life, key, value)) {
            return null;
        }
        return expired ? EXPIRED : value;
    }

    private boolean isExpired(ByteBuffer buffer, int offset, int flags) {
        return (flags & RecordFormat.EXPIRY) != 0
                && RecordFormat.expiry(buffer, offset) <= clock.millis();
    }

    /**
     * Has the processor fetch the lines behind the first one while it waits for that. Else it waits
     * twice, since only the first says how many there are. What is longer it fetches by itself.
     */
    private void fetchAhead(ByteBuffer buffer, int offset, int room) {
        if (room < 3 * CACHE_LINE_BYTES) {
            return;
        }
        long fetched = buffer.getLong(offset + CACHE_LINE_BYTES);
        if (part == Part.VALUE) {
            fetched += buffer.getLong(offset + 2 * CACHE_LINE_BYTES);
        }
        if (fetched == UNLIKELY) {
            Thread.onSpinWait(); // a use of what was loaded, or the compiler leaves it out
        }
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

    /**
     * {@inheritDoc}
     *
     * <p>Rare, so it costs nothing to make sure that it is not our key with a flipped bit.
     */
    @Override
    public Mismatch mismatch(byte[] key, long address, long life) {
        if (life == NO_SEGMENT) {
            return Mismatch.OTHER_KEY; // as in match
        }
        Segment segment = log.segmentOf(address);
        if (segment == null) {
            return Mismatch.MOVED;
        }
        try {
            boolean intact = segment.isIntact(log.offsetOf(address), life);
            VarHandle.acquireFence(); // as in match
            if (segment.generation() != life) {
                return Mismatch.MOVED;
            }
            return intact ? Mismatch.OTHER_KEY : Mismatch.DAMAGED;
        } catch (IllegalStateException e) {
            if (log.segmentOf(address) != segment) {
                return Mismatch.MOVED;
            }
            throw e;
        }
    }

    /**
     * Reads the record at an address that cannot move, as the write lock is held.
     *
     * @return what {@link #match} does
     * @throws StoreCorruptedException if it is not that of the key
     */
    byte[] read(byte[] key, long address) {
        byte[] found = match(key, address, lifeOf(address));
        if (found == null) {
            throw damage(address);
        }
        return found;
    }

    @Override
    public RuntimeException damage(long address) {
        return damaged(log, address);
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
