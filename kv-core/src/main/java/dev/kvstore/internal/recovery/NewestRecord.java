package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the record that the index has for a key, and its sequence. Works with and without the write
 * lock, as a reader does: what it says was read from one life of a segment. A record that is not
 * whole is passed over: whoever follows the index's own entries finds it.
 */
final class NewestRecord implements KeyMatcher {

    private final Log log;
    private final byte[] key;
    private long address;
    private @Nullable Segment segment;
    private long generation;
    private long sequence;

    NewestRecord(Log log, byte[] key) {
        this.log = log;
        this.key = key;
    }

    /** The sequence of the record that was found. */
    long sequence() {
        return sequence;
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
            return Answer.NO;
        }
        try {
            boolean same = isOfKey(found, log.offsetOf(address));
            VarHandle.acquireFence(); // all loads above come before the one below
            return found.generation() != generation ? Answer.MOVED : same ? Answer.YES : Answer.NO;
        } catch (IllegalStateException e) {
            if (log.segmentOf(address) != found) {
                return Answer.MOVED; // the file went, and its mapping with it
            }
            throw e;
        }
    }

    private boolean isOfKey(Segment found, int offset) {
        ByteBuffer buffer = found.buffer();
        int room = found.capacityBytes() - offset;
        if (room < RecordFormat.HEADER_SIZE_BYTES
                || RecordFormat.keySize(buffer, offset) != key.length) {
            return false;
        }
        int keyOffset = offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
        if (found.capacityBytes() - keyOffset < key.length
                || !buffer.slice(keyOffset, key.length).equals(ByteBuffer.wrap(key))) {
            return false;
        }
        sequence = RecordFormat.sequence(buffer, offset);
        return true;
    }
}
