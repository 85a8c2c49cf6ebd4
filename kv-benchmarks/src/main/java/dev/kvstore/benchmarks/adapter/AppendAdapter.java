package dev.kvstore.benchmarks.adapter;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A limit to compare writes with: a {@link FileChannel} to which each key and value is appended by
 * one call. It cannot read; the file starts over at its largest size, so that a long run does not
 * fill the disk.
 *
 * <p>Under {@code append-sync} each write waits for an {@code fdatasync}, which one writer calls
 * for all that wait; the file is written with zeros before, so that a sync has no new blocks to
 * record.
 */
public final class AppendAdapter implements StoreAdapter {

    private static final long MAX_FILE_BYTES = 1L << 30;
    private static final long SYNC_FILE_BYTES = 64L << 20;
    private static final int HEADER_BYTES = 16;

    private final FileChannel channel;
    private final boolean sync;
    private final long fileBytes;
    private final Object forceLock = new Object();

    // Guarded by this.
    private final ByteBuffer buffer;
    private long position;
    private long written;

    // Guarded by forceLock.
    private boolean forcing;
    private long forced;

    /** Opens the file. */
    public AppendAdapter(StoreOptions options) {
        sync = options.sync();
        fileBytes = sync ? SYNC_FILE_BYTES : MAX_FILE_BYTES;
        buffer =
                ByteBuffer.allocateDirect(HEADER_BYTES + options.keyBytes() + options.valueBytes());
        try {
            channel = FileChannel.open(options.directory().resolve("append"), CREATE, WRITE);
            if (sync) {
                allocate();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void set(byte[] key, byte[] value) {
        try {
            long mine = append(key, value);
            if (sync) {
                force(mine);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        throw new UnsupportedOperationException("append cannot read");
    }

    @Override
    public void delete(byte[] key) {
        set(key, new byte[0]);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized long append(byte[] key, byte[] value) throws IOException {
        buffer.clear().putLong(0).putInt(key.length).putInt(value.length).put(key).put(value);
        buffer.flip();
        if (position + buffer.remaining() > fileBytes) {
            position = 0;
        }
        position += channel.write(buffer, position);
        return ++written;
    }

    private void force(long mine) throws IOException {
        while (!forcedOrLead(mine)) {
            long covered = 0;
            try {
                long appended = written();
                channel.force(false);
                covered = appended;
            } finally {
                stopLeading(covered);
            }
        }
    }

    // Returns true once the write is forced, or false if the caller must force now.
    private boolean forcedOrLead(long mine) {
        synchronized (forceLock) {
            while (forced < mine && forcing) {
                try {
                    forceLock.wait();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            forcing |= forced < mine;
            return forced >= mine;
        }
    }

    private void stopLeading(long covered) {
        synchronized (forceLock) {
            forced = Math.max(forced, covered);
            forcing = false;
            forceLock.notifyAll();
        }
    }

    private void allocate() throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < fileBytes; at += zeros.capacity()) {
            channel.write(zeros.clear(), at);
        }
        channel.force(true);
    }

    private synchronized long written() {
        return written;
    }
}
