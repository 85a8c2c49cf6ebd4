package dev.kvstore.benchmarks.phase;

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

/**
 * A number in a mapped file, which another process sees at once and which outlives the process that
 * wrote it, however that ends. Setting it costs no more than a store to memory.
 */
public final class SharedCounter {

    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer buffer;

    /** Opens the counter, which is 0 if its file is new. */
    public SharedCounter(Path file) {
        try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
            buffer = channel.map(MapMode.READ_WRITE, 0, Long.BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets the number after everything that this thread has done before. */
    public void set(long count) {
        LONG.setRelease(buffer, 0, count);
    }

    /** Returns the number. */
    public long get() {
        return (long) LONG.getAcquire(buffer, 0);
    }
}
