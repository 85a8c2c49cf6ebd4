package dev.kvstore.internal.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Maps files, with an {@code Arena} on JDK 22 and later so that a mapping can be released at once.
 * The arena is reached through method handles, so that one class file serves every JDK from 17 on.
 */
final class RegionMapper {

    private static final int MAX_TRIES = 1000;
    private static final long TRY_NANOS = 1_000_000;
    private static final long RELEASE_MILLIS = 3000;

    private static final @Nullable ArenaHandles ARENAS = ArenaHandles.find();

    private RegionMapper() {}

    /** Maps a part of a file; the listener is told when the mapping is given up. */
    static MappedRegion map(
            Path file,
            FileChannel channel,
            MapMode mode,
            long offset,
            long sizeBytes,
            Consumer<MappedRegion> onUnmap)
            throws IOException {
        if (ARENAS == null) {
            return new Region(file, offset, channel.map(mode, offset, sizeBytes), null, onUnmap);
        }
        AutoCloseable arena = ARENAS.newShared();
        MappedByteBuffer buffer = null;
        try {
            buffer = ARENAS.map(channel, mode, offset, sizeBytes, arena);
        } finally {
            if (buffer == null) {
                Region.closes(arena);
            }
        }
        return new Region(file, offset, buffer, arena, onUnmap);
    }

    /**
     * Where mappings are released by the collector, has it run, and waits until those that it finds
     * have been released. It leaves that to a thread which releases all that one run has found, one
     * after the other, and then looks for more; on a busy machine it takes seconds. So what a first
     * run found is released when that thread has come to what a second one found.
     */
    static void releaseUnmapped() {
        if (ARENAS == null && collects()) {
            collects();
        }
    }

    /** Whether the collector ran, and its finds were come to within the time allowed. */
    private static boolean collects() {
        ReferenceQueue<Object> cleared = new ReferenceQueue<>();
        Reference<Object> found = new PhantomReference<>(new Object(), cleared);
        System.gc();
        try {
            return cleared.remove(RELEASE_MILLIS) != null;
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody may interrupt an engine thread.", e);
        } finally {
            Reference.reachabilityFence(found);
        }
    }

    private static final class Region implements MappedRegion {

        private final Path file;
        private final long offset;
        private final MappedByteBuffer buffer;
        private final @Nullable AutoCloseable arena;
        private final Consumer<MappedRegion> onUnmap;
        private @Nullable FileWriter writer; // guarded by this
        private boolean released; // guarded by this

        Region(
                Path file,
                long offset,
                MappedByteBuffer buffer,
                @Nullable AutoCloseable arena,
                Consumer<MappedRegion> onUnmap) {
            this.file = file;
            this.offset = offset;
            this.buffer = buffer;
            this.arena = arena;
            this.onUnmap = onUnmap;
            buffer.order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public synchronized void write(int at, byte[] bytes, int length) throws IOException {
            FileWriter open = writer;
            if (open == null) {
                open = FileWriter.open(file);
                writer = open;
            }
            if (!open.write(offset + at, bytes, length)) {
                buffer.put(at, bytes, 0, length);
            }
        }

        @Override
        public synchronized void endWriting() {
            if (writer != null) {
                writer.close();
                writer = null;
            }
        }

        @Override
        public void force(long offset, long sizeBytes) throws IOException {
            try {
                buffer.force((int) offset, (int) sizeBytes);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public synchronized void unmap() {
            if (released) {
                return;
            }
            released = true;
            endWriting();
            onUnmap.accept(this);
            if (arena == null) {
                return;
            }
            for (int i = 0; i < MAX_TRIES; i++) {
                if (closes(arena)) {
                    return;
                }
                LockSupport.parkNanos(TRY_NANOS);
            }
            // Not worth failing for: the address space goes with the process, the file is unlinked.
            System.getLogger("dev.kvstore")
                    .log(System.Logger.Level.WARNING, "A mapping in use could not be released.");
        }

        /**
         * Fails as long as somebody computes a checksum of the memory, which takes microseconds.
         */
        private static boolean closes(AutoCloseable arena) {
            try {
                arena.close();
                return true;
            } catch (IllegalStateException e) {
                return false;
            } catch (Exception e) {
                throw new IllegalStateException("A mapping could not be released.", e);
            }
        }
    }

    /** {@code java.lang.foreign} by name. */
    private record ArenaHandles(MethodHandle ofShared, MethodHandle map, MethodHandle asBuffer) {

        static @Nullable ArenaHandles find() {
            if (Runtime.version().feature() < 22) {
                return null; // a preview API, or none at all
            }
            try {
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                Class<?> arena = Class.forName("java.lang.foreign.Arena");
                Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                MethodType mapType =
                        MethodType.methodType(
                                segment, MapMode.class, long.class, long.class, arena);
                ArenaHandles handles =
                        new ArenaHandles(
                                lookup.findStatic(arena, "ofShared", MethodType.methodType(arena)),
                                lookup.findVirtual(FileChannel.class, "map", mapType),
                                lookup.findVirtual(
                                        segment,
                                        "asByteBuffer",
                                        MethodType.methodType(ByteBuffer.class)));
                // A native image may have the method, and not what it takes to share an arena.
                handles.newShared().close();
                return handles;
            } catch (Exception e) {
                return null;
            }
        }

        AutoCloseable newShared() {
            try {
                return (AutoCloseable) ofShared.invoke();
            } catch (Throwable e) {
                throw new IllegalStateException("No arena for a mapping.", e);
            }
        }

        MappedByteBuffer map(
                FileChannel channel, MapMode mode, long offset, long size, AutoCloseable arena)
                throws IOException {
            try {
                Object segment = map.invoke(channel, mode, offset, size, arena);
                return (MappedByteBuffer) (ByteBuffer) asBuffer.invoke(segment);
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("A file could not be mapped.", e);
            }
        }
    }
}
