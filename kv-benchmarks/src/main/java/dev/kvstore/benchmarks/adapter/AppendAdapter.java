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
 * one call. Under {@code append-sync} the writers that wait at the same time share one {@code
 * fdatasync}. It cannot read; the file starts over at 1 GiB, so that a long run does not fill the
 * disk.
 */
public final class AppendAdapter implements StoreAdapter {

    private static final long MAX_FILE_BYTES = 1L << 30;
    private static final int HEADER_BYTES = 16;

    private final FileChannel channel;
    private final boolean sync;
    private final Object forceLock = new Object();

    // Guarded by this.
    private final ByteBuffer buffer;
    private long position;
    private long written;

    // Guarded by forceLock.
    private long forced;

    /** Opens the file. */
    public AppendAdapter(StoreOptions options) {
        sync = options.sync();
        buffer =
                ByteBuffer.allocateDirect(HEADER_BYTES + options.keyBytes() + options.valueBytes());
        try {
            channel = FileChannel.open(options.directory().resolve("append"), CREATE, WRITE);
            position = channel.size();
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
        if (position + buffer.remaining() > MAX_FILE_BYTES) {
            position = 0;
        }
        position += channel.write(buffer, position);
        return ++written;
    }

    private void force(long mine) throws IOException {
        synchronized (forceLock) {
            if (forced < mine) {
                long covered = written();
                channel.force(false);
                forced = covered;
            }
        }
    }

    private synchronized long written() {
        return written;
    }
}
