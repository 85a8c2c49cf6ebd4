package dev.kvstore.testing;

import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.internal.storage.StorageLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A disk that can be told to take its time: a caller of the store who forces something then waits.
 * The store's own threads do not, since what they force is not what a caller has just written.
 */
public final class HeldStorage implements Storage {

    private static final String STORE_THREADS = "kv-";

    private final Storage storage;
    private volatile @Nullable Hold hold;

    private record Hold(CountDownLatch arrived, CountDownLatch released) {}

    public HeldStorage(Storage storage) {
        this.storage = storage;
    }

    /** Makes callers wait from now on. */
    public void hold() {
        hold = new Hold(new CountDownLatch(1), new CountDownLatch(1));
    }

    /** Waits until one of them waits. */
    public void awaitForce() throws InterruptedException {
        Hold held = hold;
        if (held == null) {
            throw new IllegalStateException("Nothing is held.");
        }
        held.arrived().await();
    }

    /** Lets all go on. */
    public void release() {
        Hold held = hold;
        hold = null;
        if (held != null) {
            held.released().countDown();
        }
    }

    private void waitIfHeld() {
        Hold held = hold;
        if (held == null || Thread.currentThread().getName().startsWith(STORE_THREADS)) {
            return;
        }
        held.arrived().countDown();
        try {
            held.released().await();
        } catch (InterruptedException e) {
            throw new AssertionError("Nobody interrupts this test.", e);
        }
    }

    @Override
    public Path directory() {
        return storage.directory();
    }

    @Override
    public List<String> list() throws IOException {
        return storage.list();
    }

    @Override
    public long size(String name) throws IOException {
        return storage.size(name);
    }

    @Override
    public void allocate(String name, long sizeBytes) throws IOException {
        storage.allocate(name, sizeBytes);
    }

    @Override
    public MappedRegion map(String name, long offset, long sizeBytes, boolean writable)
            throws IOException {
        return new Region(storage.map(name, offset, sizeBytes, writable));
    }

    @Override
    public void delete(String name) throws IOException {
        storage.delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        storage.rename(from, to);
    }

    @Override
    public Storage createEmpty(Path directory) throws IOException {
        return storage.createEmpty(directory);
    }

    @Override
    public void syncDirectory() throws IOException {
        storage.syncDirectory();
    }

    @Override
    public StorageLock lock(String name, boolean shared) throws IOException {
        return storage.lock(name, shared);
    }

    @Override
    public long usableBytes() throws IOException {
        return storage.usableBytes();
    }

    @Override
    public void close() {
        storage.close();
    }

    private final class Region implements MappedRegion {

        private final MappedRegion region;

        Region(MappedRegion region) {
            this.region = region;
        }

        @Override
        public ByteBuffer buffer() {
            return region.buffer();
        }

        @Override
        public void write(int offset, byte[] bytes, int length) throws IOException {
            region.write(offset, bytes, length);
        }

        @Override
        public void endWriting() {
            region.endWriting();
        }

        @Override
        public void force(long offset, long sizeBytes) throws IOException {
            waitIfHeld();
            region.force(offset, sizeBytes);
        }

        @Override
        public void unmap() {
            region.unmap();
        }
    }
}
