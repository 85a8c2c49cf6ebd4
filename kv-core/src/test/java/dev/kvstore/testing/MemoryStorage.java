package dev.kvstore.testing;

import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.internal.storage.StorageLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files in memory, for tests of what threads do to each other: without a disk to wait for, segments
 * come and go a hundred times as fast. What is written is durable at once. The files are there as
 * long as the object, so a store can be closed and opened again.
 */
public final class MemoryStorage implements Storage {

    private static final long ENDLESS = 1L << 40;

    private final Path directory;
    private final Map<String, MemoryFile> files = new ConcurrentHashMap<>();

    public MemoryStorage(Path directory) {
        this.directory = directory;
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public long size(String name) {
        MemoryFile file = files.get(name);
        return file == null ? -1 : file.size();
    }

    @Override
    public void allocate(String name, long sizeBytes) {
        files.computeIfAbsent(name, newName -> new MemoryFile()).grow((int) sizeBytes);
    }

    @Override
    public MappedRegion map(String name, long offset, long sizeBytes, boolean writable)
            throws IOException {
        MemoryFile file = files.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return new MemoryRegion(file.map((int) offset, (int) sizeBytes));
    }

    @Override
    public void delete(String name) {
        files.remove(name);
    }

    @Override
    public void rename(String from, String to) {
        files.put(to, files.remove(from));
    }

    @Override
    public Storage createEmpty(Path directory) {
        return new MemoryStorage(directory);
    }

    @Override
    public void syncDirectory() {
        // There is nothing behind it.
    }

    @Override
    public StorageLock lock(String name, boolean shared) {
        return () -> {};
    }

    @Override
    public long usableBytes() {
        return ENDLESS;
    }

    @Override
    public void close() {
        // The files are to be there again.
    }

    /** Memory that was added bit by bit. */
    private static final class MemoryFile {

        private record Part(int offset, ByteBuffer memory) {

            boolean holds(int from, int sizeBytes) {
                return from >= offset && from + sizeBytes <= offset + memory.capacity();
            }
        }

        private List<Part> parts = List.of();

        synchronized int size() {
            return parts.stream().mapToInt(part -> part.memory().capacity()).sum();
        }

        synchronized void grow(int sizeBytes) {
            int size = size();
            if (sizeBytes > size) {
                List<Part> more = new ArrayList<>(parts);
                more.add(new Part(size, zeros(sizeBytes - size)));
                parts = more;
            }
        }

        synchronized ByteBuffer map(int offset, int sizeBytes) {
            for (Part part : parts) {
                if (part.holds(offset, sizeBytes)) {
                    return slice(part, offset, sizeBytes);
                }
            }
            // Only a vacant segment that is made a whole one again; nobody uses its old mapping.
            Part all = new Part(0, zeros(size()));
            for (Part part : parts) {
                all.memory().put(part.offset(), part.memory(), 0, part.memory().capacity());
            }
            parts = List.of(all);
            return slice(all, offset, sizeBytes);
        }

        private static ByteBuffer slice(Part part, int offset, int sizeBytes) {
            ByteBuffer slice = part.memory().slice(offset - part.offset(), sizeBytes);
            return slice.order(ByteOrder.LITTLE_ENDIAN);
        }

        private static ByteBuffer zeros(int sizeBytes) {
            return ByteBuffer.allocateDirect(sizeBytes);
        }
    }

    private record MemoryRegion(ByteBuffer buffer) implements MappedRegion {

        @Override
        public void force(long offset, long sizeBytes) {
            // There is nothing behind it.
        }

        @Override
        public void unmap() {
            // The collector frees it.
        }
    }
}
