package dev.kvstore.benchmarks.adapter;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A limit to compare reads and updates with: what the memory allows to any store that has to look
 * up where a record lies. A table in one mapped file says that, and the records, all of one size,
 * lie in another and are overwritten in place. So an operation waits for two loads, the second of
 * which depends on the first. There is no checksum and no log, and a crash leaves torn records.
 */
public final class TwoLoadsAdapter implements StoreAdapter {

    private static final VarHandle KEY_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** The pieces in which the system keeps a file in memory are those in which it is written. */
    private static final int PIECE_BYTES = 2 << 20;

    // The upper half of a slot is that of the key, and never 0; the lower is a record's number.
    private static final long TAG_MASK = 0xffff_ffff_0000_0000L;

    private final int slotMask;
    private final int keyBytes;
    private final int valueBytes;
    private final int recordBytes;
    private final ByteBuffer slots;
    private final ByteBuffer records;
    private int count; // guarded by this, as all writes are

    /** Makes the files. */
    public TwoLoadsAdapter(StoreOptions options) {
        options.refuseSync("records overwritten in place, without a log");
        keyBytes = options.keyBytes();
        valueBytes = options.valueBytes();
        // Before key and value a version, which is odd while they are written.
        recordBytes = (Long.BYTES + keyBytes + valueBytes + Long.BYTES - 1) & -Long.BYTES;
        int slotCount = Integer.highestOneBit(Math.toIntExact(options.keys()) * 2 - 1) * 2;
        slotMask = slotCount - 1;
        try {
            slots = map(options.directory().resolve("slots"), (long) slotCount * Long.BYTES);
            records = map(options.directory().resolve("records"), options.keys() * recordBytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer map(Path file, long sizeBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
            for (long at = 0; at < sizeBytes; at += PIECE_BYTES) {
                channel.write(zeros.clear(), at);
            }
            return channel.map(MapMode.READ_WRITE, 0, sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    @Override
    public synchronized void set(byte[] key, byte[] value) {
        int slot = slotOf(key);
        long found = slotAt(slot);
        int at = found == 0 ? count * recordBytes : recordAt(found);
        long version = records.getLong(at);
        LONGS.setOpaque(records, at, version + 1);
        VarHandle.releaseFence();
        records.put(at + Long.BYTES, key);
        records.put(at + Long.BYTES + keyBytes, value);
        LONGS.setRelease(records, at, version + 2);
        if (found == 0) {
            LONGS.setRelease(slots, slot * Long.BYTES, tag(key) | count++);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        long found = slotAt(slotOf(key));
        if (found == 0) {
            return null;
        }
        int at = recordAt(found);
        byte[] value = new byte[valueBytes];
        while (true) {
            long version = (long) LONGS.getAcquire(records, at);
            records.get(at + Long.BYTES + keyBytes, value);
            VarHandle.acquireFence();
            if ((version & 1) == 0 && (long) LONGS.getOpaque(records, at) == version) {
                return value;
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void delete(byte[] key) {
        throw new UnsupportedOperationException("twoloads cannot delete");
    }

    @Override
    public void close() {}

    /** Returns the slot of a key, or the vacant one where it would be. */
    private int slotOf(byte[] key) {
        long tag = tag(key);
        int slot = (int) (long) KEY_LONGS.get(key, 0) & slotMask;
        while (true) {
            long found = slotAt(slot);
            if (found == 0 || ((found & TAG_MASK) == tag && isOf(key, recordAt(found)))) {
                return slot;
            }
            slot = (slot + 1) & slotMask;
        }
    }

    private long slotAt(int slot) {
        return (long) LONGS.getAcquire(slots, slot * Long.BYTES);
    }

    private int recordAt(long slot) {
        return (int) slot * recordBytes;
    }

    private boolean isOf(byte[] key, int at) {
        for (int i = 0; i < keyBytes; i += Long.BYTES) {
            if (records.getLong(at + Long.BYTES + i) != (long) KEY_LONGS.get(key, i)) {
                return false;
            }
        }
        return true;
    }

    private static long tag(byte[] key) {
        return (long) KEY_LONGS.get(key, 0) & TAG_MASK | 1L << 63;
    }
}
