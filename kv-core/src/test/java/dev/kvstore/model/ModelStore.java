package dev.kvstore.model;

import dev.kvstore.BackupReport;
import dev.kvstore.CompactionProgress;
import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.LimitExceededException;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreListener;
import dev.kvstore.StoreReadOnlyException;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import dev.kvstore.StoreTargetException;
import dev.kvstore.VerificationReport;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A store that is a sorted map in memory, simple enough to be right by inspection: what other
 * stores are held against, and the proof that the contract suites do not depend on one
 * implementation. Its methods can be overridden one by one to make stores that are wrong.
 *
 * <p><b>Threads:</b> everything happens under the monitor of the disk, except that compaction
 * reports its progress outside it.
 */
public class ModelStore implements KeyValueStore {

    private final Path directory;
    private final StoreOptions options;
    private final ModelDisk disk;
    private final RecoveryReport recovery;
    private final ReentrantLock compacting = new ReentrantLock();
    private volatile @Nullable CompactionProgress progress;
    private volatile @Nullable CompactionReport lastReport;
    private boolean closed;
    private long sets;
    private long deletes;
    private long writtenBytes;
    private long hits;
    private long misses;
    private long expirations;
    private long compactions;
    private long reclaimedBytes;

    /** Opens the store on a disk. */
    public ModelStore(Path directory, StoreOptions options, ModelDisk disk) {
        this.directory = directory.toAbsolutePath();
        this.options = options;
        this.disk = disk;
        boolean created = disk.open(directory, options.readOnly());
        this.recovery = new RecoveryReport(created, true, Duration.ZERO, 0, 0, 0);
    }

    @Override
    public void set(byte[] key, byte[] value) {
        store(key, value, null);
    }

    @Override
    public void set(byte[] key, byte[] value, Duration ttl) {
        store(key, value, Objects.requireNonNull(ttl, "ttl"));
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Objects.requireNonNull(key, "key");
        synchronized (disk) {
            byte[] value = find(key);
            if (value == null) {
                misses++;
            } else {
                hits++;
            }
            return value;
        }
    }

    private byte @Nullable [] find(byte[] key) {
        synchronized (disk) {
            requireOpen();
            ModelDisk.Stored stored = disk.find(key, now());
            return stored == null ? null : own(stored.value());
        }
    }

    @Override
    public boolean update(byte[] key, byte[] value) {
        synchronized (disk) {
            requireWritable(key, value, null);
            return find(key) != null && stored(key, value);
        }
    }

    @Override
    public boolean delete(byte[] key) {
        Objects.requireNonNull(key, "key");
        synchronized (disk) {
            requireWritable();
            boolean there = find(key) != null;
            if (there) {
                disk.remove(key);
                deletes++;
                compactIfWanted();
            }
            return there;
        }
    }

    @Override
    public boolean contains(byte[] key) {
        return get(key) != null;
    }

    @Override
    public boolean setIfAbsent(byte[] key, byte[] value) {
        synchronized (disk) {
            requireWritable(key, value, null);
            return find(key) == null && stored(key, value);
        }
    }

    @Override
    public boolean compareAndSet(byte[] key, byte[] expected, byte[] value) {
        Objects.requireNonNull(expected, "expected");
        synchronized (disk) {
            requireWritable(key, value, null);
            byte[] present = find(key);
            return present != null && Arrays.equals(present, expected) && stored(key, value);
        }
    }

    @Override
    public byte @Nullable [][] getAll(byte[][] keys) {
        Arrays.stream(keys).forEach(Objects::requireNonNull);
        synchronized (disk) {
            requireOpen();
            return Arrays.stream(keys).map(this::get).toArray(byte[][]::new);
        }
    }

    @Override
    public void write(WriteBatch batch) {
        List<WriteBatch.Operation> operations = batch.operations();
        synchronized (disk) {
            requireWritable();
            operations.forEach(this::requireWithinLimits);
            operations.forEach(this::apply);
        }
    }

    @Override
    public Stream<Entry> scan(byte[] prefix) {
        byte[] wanted = prefix.clone();
        List<byte[]> keys;
        synchronized (disk) {
            requireOpen();
            keys = disk.keys();
        }
        return keys.stream()
                .filter(key -> startsWith(key, wanted))
                .map(this::entry)
                .filter(Objects::nonNull);
    }

    @Override
    public long size() {
        synchronized (disk) {
            requireOpen();
            return disk.keys().size();
        }
    }

    @Override
    public StoreStats stats() {
        synchronized (disk) {
            return new StoreStats(
                    state(),
                    null,
                    directory,
                    options.durability(),
                    disk.keys().size(),
                    disk.liveBytes(),
                    disk.garbageBytes(),
                    0,
                    disk.liveBytes() + disk.garbageBytes(),
                    -1,
                    0,
                    1,
                    0,
                    writtenBytes,
                    0,
                    0,
                    0,
                    hits,
                    misses,
                    sets,
                    deletes,
                    expirations,
                    0,
                    Duration.ZERO,
                    disk.lastSequence(),
                    compactions,
                    Duration.ZERO,
                    0,
                    reclaimedBytes,
                    recovery);
        }
    }

    @Override
    public void sync() {
        synchronized (disk) {
            requireOpen();
        }
    }

    @Override
    public CompactionReport compact(Consumer<? super CompactionProgress> listener) {
        Objects.requireNonNull(listener, "listener");
        compacting.lock();
        try {
            synchronized (disk) {
                requireWritable();
            }
            CompactionProgress start = new CompactionProgress(0, 1, 0, 0);
            progress = start;
            listener.accept(start);
            CompactionReport report = dropGarbage();
            listener.accept(new CompactionProgress(1, 1, 0, report.bytesReclaimed()));
            return report;
        } finally {
            progress = null;
            compacting.unlock();
        }
    }

    @Override
    public CompactionStatus compactionStatus() {
        CompactionProgress now = progress;
        return new CompactionStatus(now != null, now, lastReport, null);
    }

    /** Nothing here takes long, and nobody is told of it. */
    @Override
    public void addListener(StoreListener listener) {
        Objects.requireNonNull(listener, "listener");
        synchronized (disk) {
            requireOpen();
        }
    }

    @Override
    public BackupReport backup(Path target) {
        Objects.requireNonNull(target, "target");
        synchronized (disk) {
            requireOpen();
            if (target.toAbsolutePath().startsWith(directory)) {
                throw new StoreTargetException(target + " is within the store.", target);
            }
            disk.copyTo(target);
            return new BackupReport(
                    target,
                    options.clock().instant(),
                    Duration.ZERO,
                    1,
                    0,
                    disk.liveBytes(),
                    disk.lastSequence());
        }
    }

    @Override
    public VerificationReport verify() {
        synchronized (disk) {
            requireOpen();
            return new VerificationReport(
                    options.clock().instant(),
                    Duration.ZERO,
                    1,
                    disk.keys().size(),
                    disk.liveBytes(),
                    disk.keys().size(),
                    List.of());
        }
    }

    @Override
    public void close() {
        synchronized (disk) {
            if (!closed) {
                closed = true;
                disk.close();
            }
        }
    }

    // What others do in the background has the same effect when it is done at once.
    private void compactIfWanted() {
        long total = disk.liveBytes() + disk.garbageBytes();
        if (options.backgroundCompaction()
                && disk.garbageBytes() > options.compactionGarbageRatio() * total) {
            dropGarbage();
        }
    }

    /** Makes an array that nobody else changes, on its way in or out. */
    protected byte[] own(byte[] array) {
        return array.clone();
    }

    private CompactionReport dropGarbage() {
        synchronized (disk) {
            requireWritable();
            long before = disk.liveBytes() + disk.garbageBytes();
            int keys = disk.keys().size();
            disk.compact(now());
            expirations += keys - disk.keys().size();
            long after = disk.liveBytes();
            reclaimedBytes += before - after;
            if (before > after) {
                compactions++;
            }
            CompactionReport report =
                    new CompactionReport(
                            options.clock().instant(),
                            Duration.ZERO,
                            before > after ? 1 : 0,
                            0,
                            0,
                            before - after,
                            before,
                            after);
            lastReport = report;
            return report;
        }
    }

    private void apply(WriteBatch.Operation operation) {
        byte[] value = operation.value();
        if (value == null) {
            delete(operation.key());
        } else {
            store(operation.key(), value, operation.ttl());
        }
    }

    private boolean stored(byte[] key, byte[] value) {
        store(key, value, null);
        return true;
    }

    private void store(byte[] key, byte[] value, @Nullable Duration ttl) {
        synchronized (disk) {
            requireWritable(key, value, ttl);
            long expiry = ttl == null ? ModelDisk.NEVER : expiry(ttl);
            writtenBytes += disk.put(own(key), own(value), expiry);
            sets++;
            compactIfWanted();
        }
    }

    private long expiry(Duration ttl) {
        try {
            return Math.addExact(now(), ttl.toMillis());
        } catch (ArithmeticException beyondTheClock) {
            return ModelDisk.NEVER;
        }
    }

    private @Nullable Entry entry(byte[] key) {
        byte[] value = find(key);
        return value == null ? null : new Entry(own(key), value);
    }

    private StoreState state() {
        if (closed) {
            return StoreState.CLOSED;
        }
        return options.readOnly() ? StoreState.READ_ONLY : StoreState.OPEN;
    }

    private long now() {
        return options.clock().millis();
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException("The store " + directory + " is closed.");
        }
    }

    private void requireWritable() {
        requireOpen();
        if (options.readOnly()) {
            throw new StoreReadOnlyException("The store " + directory + " is read-only.");
        }
    }

    private void requireWritable(byte[] key, byte[] value, @Nullable Duration ttl) {
        requireWithinLimits(key, value, ttl);
        requireWritable();
    }

    private void requireWithinLimits(WriteBatch.Operation operation) {
        byte[] value = operation.value();
        if (value != null) {
            requireWithinLimits(operation.key(), value, operation.ttl());
        } else {
            requireRange("Key bytes", operation.key().length, 1, Integer.MAX_VALUE);
        }
    }

    private void requireWithinLimits(byte[] key, byte[] value, @Nullable Duration ttl) {
        requireRange("Key bytes", key.length, 1, options.maxKeySizeBytes());
        requireRange("Value bytes", value.length, 0, options.maxValueSizeBytes());
        if (ttl != null && ttl.compareTo(Duration.ofMillis(1)) < 0) {
            throw new LimitExceededException("The time to live " + ttl + " is too short.", 0, 1);
        }
    }

    private static void requireRange(String what, int actual, int min, int max) {
        if (actual < min || actual > max) {
            throw new LimitExceededException(
                    what + ": " + actual, actual, actual < min ? min : max);
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
