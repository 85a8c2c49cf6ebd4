package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sequence of the record that the index has for a key. Works with and without the write
 * lock, as a reader does: what it says was read from one life of a segment. A record that is not
 * whole is passed over: whoever follows the index's own entries finds it.
 */
final class NewestRecord implements KeyMatcher<byte[], Long> {

    private static final long NO_SEGMENT = -1;

    private final Log log;

    NewestRecord(Log log) {
        this.log = log;
    }

    @Override
    public long lifeOf(long address) {
        Segment segment = log.segmentOf(address);
        return segment == null ? NO_SEGMENT : segment.generation();
    }

    @Override
    public @Nullable Long match(byte[] key, long address, long life) {
        Segment found = log.segmentOf(address);
        if (found == null) {
            return null;
        }
        try {
            Long sequence = sequenceIfOf(key, found, log.offsetOf(address));
            VarHandle.acquireFence(); // all loads above come before the one below
            return found.generation() == life ? sequence : null;
        } catch (IllegalStateException e) {
            if (log.segmentOf(address) != found) {
                return null; // the file went, and its mapping with it
            }
            throw e;
        }
    }

    @Override
    public Mismatch mismatch(byte[] key, long address, long life) {
        return lifeOf(address) == life ? Mismatch.OTHER_KEY : Mismatch.MOVED;
    }

    private static @Nullable Long sequenceIfOf(byte[] key, Segment found, int offset) {
        ByteBuffer buffer = found.buffer();
        int room = found.capacityBytes() - offset;
        if (room < RecordFormat.HEADER_SIZE_BYTES
                || RecordFormat.keySize(buffer, offset) != key.length) {
            return null;
        }
        int keyOffset = offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
        if (found.capacityBytes() - keyOffset < key.length
                || !buffer.slice(keyOffset, key.length).equals(ByteBuffer.wrap(key))) {
            return null;
        }
        return RecordFormat.sequence(buffer, offset);
    }
}
