package dev.kvstore.simulation;

import dev.kvstore.StoreLockedException;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.internal.storage.StorageLock;
import dev.kvstore.simulation.PowerCut.NameChange;
import dev.kvstore.simulation.PowerCut.NameChanges;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory on a disk in memory. It keeps every byte, every size and every name twice: as the
 * process sees it, and as a power cut would leave it. A test can look at it at every call, before
 * and after the call's effect is durable; make calls fail; give it little room; and decide which of
 * several threads goes first.
 *
 * <p>What counts as durable is what {@link Storage} promises and no more: a page is when a force of
 * it has returned, a name when the directory has been synced after it was given.
 */
final class SimulatedStorage implements Storage {

    /** Told of each call that changes something, with the storage's monitor held. */
    interface Observer {
        /**
         * Called twice for each call: when the process can see its effect and the disk cannot, and
         * when the disk has it.
         */
        void at(String moment);
    }

    private static final Path DIRECTORY = Path.of("/simulated");

    private final Map<String, SimulatedFile> names = new TreeMap<>();
    private final Map<String, SimulatedFile> durableNames = new TreeMap<>();
    private final List<NameChanges> unsynced = new ArrayList<>();
    private final Set<SimulatedFile> files = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> trace = new ArrayList<>();
    private final List<StorageLock> locks = new ArrayList<>();

    private Observer observer = moment -> {};
    private Faults faults = Faults.none();
    private volatile Turns turns = Turns.none();
    private SimulatedStorage copy = this;
    private long capacityBytes = Long.MAX_VALUE;
    private long calls;
    private final Set<Region> mapped = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Makes an empty directory. */
    SimulatedStorage() {}

    /** Makes a directory with such files, all durable. */
    SimulatedStorage(Map<String, SimulatedFile> files) {
        names.putAll(files);
        durableNames.putAll(files);
        this.files.addAll(files.values());
    }

    /** Makes a directory with such files, of which some of the names are not durable yet. */
    SimulatedStorage(
            Map<String, SimulatedFile> names,
            Map<String, SimulatedFile> durableNames,
            List<NameChanges> unsynced) {
        this.names.putAll(names);
        this.durableNames.putAll(durableNames);
        this.unsynced.addAll(unsynced);
        files.addAll(names.values());
        files.addAll(durableNames.values());
    }

    // ---------------------------------------------------------------- the test's side

    synchronized void observe(Observer observer) {
        this.observer = observer;
    }

    synchronized void failWith(Faults faults) {
        this.faults = faults;
    }

    void takeTurns(Turns turns) {
        this.turns = turns;
    }

    /** Sets where a backup or a repair of what is here is written to. */
    void copyTo(SimulatedStorage copy) {
        this.copy = copy;
    }

    /** Sets how large the disk is. */
    synchronized void limitTo(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** Returns how many bytes the files take. */
    synchronized long usedBytes() {
        return names.values().stream().distinct().mapToLong(SimulatedFile::size).sum();
    }

    /** Returns how many mappings have not been given up. */
    synchronized int mappedRegions() {
        return mapped.size();
    }

    synchronized int heldLocks() {
        return locks.size();
    }

    /** Returns the first call that was made to fail, or null if none has been. */
    synchronized @Nullable String failedCall() {
        return faults.failedCall();
    }

    /** Returns the last calls, for messages. */
    synchronized String lastCalls(int count) {
        return String.join("\n  ", trace.subList(Math.max(0, trace.size() - count), trace.size()));
    }

    /** Returns what a power cut at this moment would leave. */
    synchronized PowerCut cut(String moment) {
        return new PowerCut(durableNames, unsynced, trace, moment);
    }

    /** Gives the memory up; no store on it may be open any more, nor have threads left. */
    synchronized void free() {
        files.forEach(SimulatedFile::free);
        files.clear();
    }

    // ---------------------------------------------------------------- the store's side

    @Override
    public Path directory() {
        return DIRECTORY;
    }

    @Override
    public List<String> list() throws IOException {
        turns.await();
        synchronized (this) {
            begin("list", false);
            return List.copyOf(names.keySet());
        }
    }

    @Override
    public long size(String name) throws IOException {
        turns.await();
        synchronized (this) {
            begin("size of " + name, false);
            SimulatedFile file = names.get(name);
            return file == null ? -1 : file.size();
        }
    }

    @Override
    public void allocate(String name, long sizeBytes) throws IOException {
        turns.await();
        synchronized (this) {
            SimulatedFile file = names.get(name);
            long before = file == null ? 0 : file.size();
            String call = begin("allocate " + name + " to " + sizeBytes, sizeBytes > before);
            if (sizeBytes - before > capacityBytes - usedBytes()) {
                throw new IOException("No space left on device (simulated, in " + call + ")");
            }
            if (file == null) {
                file = new SimulatedFile(new byte[0][], 0);
                files.add(file);
                rename(new NameChange(name, file));
            }
            file.grow(sizeBytes);
            observer.at("during " + call);
            file.forceSize();
            observer.at("after " + call);
        }
    }

    @Override
    public MappedRegion map(String name, long offset, long sizeBytes, boolean writable)
            throws IOException {
        turns.await();
        synchronized (this) {
            begin("map " + name + " from " + offset + ", " + sizeBytes, false);
            SimulatedFile file = existing(name);
            if (file.size() < offset + sizeBytes) {
                throw new IOException(name + " has only " + file.size() + " bytes");
            }
            ByteBuffer memory = file.map(offset, (int) sizeBytes);
            Region region = new Region(name, file, offset, memory, writable);
            mapped.add(region);
            return region;
        }
    }

    @Override
    public void delete(String name) throws IOException {
        turns.await();
        synchronized (this) {
            String call = begin("delete " + name, false);
            if (names.containsKey(name)) {
                rename(new NameChange(name, null));
                observer.at("after " + call);
            }
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        turns.await();
        synchronized (this) {
            String call = begin("rename " + from + " to " + to, false);
            SimulatedFile file = existing(from);
            rename(new NameChange(from, null), new NameChange(to, file));
            observer.at("after " + call);
        }
    }

    @Override
    public Storage createEmpty(Path directory) {
        return copy;
    }

    @Override
    public void syncDirectory() throws IOException {
        turns.await();
        synchronized (this) {
            String call = begin("sync directory", false);
            observer.at("during " + call);
            unsynced.clear();
            durableNames.clear();
            durableNames.putAll(names);
            observer.at("after " + call);
        }
    }

    @Override
    public StorageLock lock(String name, boolean shared) throws IOException {
        turns.await();
        synchronized (this) {
            begin("lock " + name, false);
            if (!locks.isEmpty()) {
                throw new StoreLockedException("Locked.", DIRECTORY, 1, null, true);
            }
            StorageLock lock =
                    new StorageLock() {
                        @Override
                        public void close() {
                            synchronized (SimulatedStorage.this) {
                                locks.remove(this);
                            }
                        }
                    };
            locks.add(lock);
            return lock;
        }
    }

    @Override
    public long usableBytes() throws IOException {
        turns.await();
        synchronized (this) {
            begin("ask for usable bytes", false);
            return capacityBytes - usedBytes();
        }
    }

    @Override
    public synchronized void close() {
        mapped.clear();
        locks.clear();
        files.forEach(SimulatedFile::forgetDropped);
    }

    private String begin(String call, boolean needsSpace) throws IOException {
        calls++;
        String text = calls + " " + call + " by " + Thread.currentThread().getName();
        trace.add(text);
        try {
            faults.check(call, needsSpace);
        } catch (IOException e) {
            trace.set(trace.size() - 1, text + ": " + e.getMessage());
            throw e;
        }
        return text;
    }

    private SimulatedFile existing(String name) throws NoSuchFileException {
        SimulatedFile file = names.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    private void rename(NameChange... changes) {
        for (NameChange change : changes) {
            @Nullable SimulatedFile file = change.file();
            if (file == null) {
                names.remove(change.name());
            } else {
                names.put(change.name(), file);
            }
        }
        unsynced.add(new NameChanges(List.of(changes)));
    }

    private final class Region implements MappedRegion {

        private final String name;
        private final SimulatedFile file;
        private final long offset;
        private final ByteBuffer buffer;

        Region(String name, SimulatedFile file, long offset, ByteBuffer memory, boolean writable) {
            this.name = name;
            this.file = file;
            this.offset = offset;
            this.buffer = writable ? memory : memory.asReadOnlyBuffer().order(memory.order());
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        /** Nobody waits for his turn here, where the store's write lock may be held. */
        @Override
        public void write(int at, byte[] bytes, int length) throws IOException {
            synchronized (SimulatedStorage.this) {
                begin("write " + name + " at " + (offset + at) + ", " + length, false);
                buffer.put(at, bytes, 0, length);
            }
        }

        @Override
        public void force(long from, long sizeBytes) throws IOException {
            turns.await();
            synchronized (SimulatedStorage.this) {
                String range = name + " from " + (offset + from) + ", " + sizeBytes;
                String call;
                try {
                    call = begin("force " + range, false);
                } catch (IOException e) {
                    file.forceInVain(offset + from, sizeBytes, faults.random());
                    throw e;
                }
                observer.at("during " + call);
                file.force(offset + from, sizeBytes);
                observer.at("after " + call);
            }
        }

        @Override
        public void unmap() {
            synchronized (SimulatedStorage.this) {
                mapped.remove(this);
            }
        }
    }
}
