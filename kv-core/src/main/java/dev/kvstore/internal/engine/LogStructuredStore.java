package dev.kvstore.internal.engine;

import dev.kvstore.BackupReport;
import dev.kvstore.CompactionProgress;
import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.LimitExceededException;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreListener;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import dev.kvstore.VerificationReport;
import dev.kvstore.WriteBatch;
import dev.kvstore.internal.compaction.CompactionTotals;
import dev.kvstore.internal.compaction.Compactor;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A store over a log and an index.
 *
 * <p><b>Threads:</b> reads take no lock and write no memory that others read, but for a count in a
 * place of few threads; see {@link LookupCounters}. Writes go through {@link WritePath}. The locks,
 * in the order in which they may be taken: the right to force (in GroupCommit), then the write
 * lock; the compactor's own lock is never held while another is taken.
 */
final class LogStructuredStore implements KeyValueStore {

    private final StoreOptions options;
    private final Log log;
    private final HashIndex index;
    private final StoreGate gate;
    private final WritePath writes;
    private final @Nullable Compactor compactor;
    private final StoreUpkeep upkeep;
    private final StoreListeners listeners;
    private final StoreCloser closer;
    private final long hashSeed;
    private final RecordReader values;
    private final RecordReader expiries;
    private final RecoveryReport recovery;
    private final LookupCounters lookups = new LookupCounters();
    private final Prefetch prefetch;

    LogStructuredStore(
            StoreOptions options,
            Log log,
            HashIndex index,
            StoreGate gate,
            WritePath writes,
            @Nullable Compactor compactor,
            StoreUpkeep upkeep,
            StoreListeners listeners,
            StoreCloser closer,
            long hashSeed,
            RecoveryReport recovery) {
        this.options = options;
        this.log = log;
        this.index = index;
        this.gate = gate;
        this.writes = writes;
        this.compactor = compactor;
        this.upkeep = upkeep;
        this.listeners = listeners;
        this.closer = closer;
        this.hashSeed = hashSeed;
        this.values = reader(RecordReader.Part.VALUE);
        this.expiries = reader(RecordReader.Part.EXPIRY);
        this.recovery = recovery;
        this.prefetch = new Prefetch(log, index, gate);
    }

    private RecordReader reader(RecordReader.Part part) {
        return new RecordReader(log, options.clock(), part, options.verifyChecksums());
    }

    // ---------------------------------------------------------------- reading

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = find(key, values);
        lookups.count(value != null);
        return value;
    }

    @Override
    public boolean contains(byte[] key) {
        boolean found = find(key, expiries) != null;
        lookups.count(found);
        return found;
    }

    private byte @Nullable [] find(byte[] key, RecordReader reader) {
        gate.checkOpen();
        try {
            byte[] found = index.find(KeyHash.of(hashSeed, key), key, reader);
            return found == RecordReader.EXPIRED ? null : found;
        } catch (IllegalStateException e) {
            gate.checkOpen(); // closed meanwhile, and the mappings with it
            throw e;
        }
    }

    @Override
    public byte @Nullable [][] getAll(byte[][] keys) {
        gate.checkOpen();
        long[] hashes = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            hashes[i] = KeyHash.of(hashSeed, keys[i]);
        }
        prefetch.fetch(hashes);
        byte[][] values = new byte[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            values[i] = get(keys[i]);
        }
        return values;
    }

    @Override
    public Stream<Entry> scan(byte[] prefix) {
        gate.checkOpen();
        return StreamSupport.stream(
                new StoreScan(log, index, prefix.clone(), gate, key -> find(key, values)), false);
    }

    @Override
    public long size() {
        gate.checkOpen();
        return index.keyCount();
    }

    // ---------------------------------------------------------------- writing

    @Override
    public void set(byte[] key, byte[] value) {
        checkLimits(key, value);
        writes.set(key, value, 0, WritePath.Condition.ALWAYS, null);
    }

    @Override
    public void set(byte[] key, byte[] value, Duration ttl) {
        checkLimits(key, value);
        checkTtl(ttl);
        writes.set(key, value, writes.expiryOf(ttl), WritePath.Condition.ALWAYS, null);
    }

    /** Stores a value that expires at a time, in milliseconds since 1970, or never if that is 0. */
    void setUntil(byte[] key, byte[] value, long expiry) {
        gate.checkWritable();
        writes.set(key, value, expiry, WritePath.Condition.ALWAYS, null);
    }

    @Override
    public boolean update(byte[] key, byte[] value) {
        checkLimits(key, value);
        return writes.set(key, value, 0, WritePath.Condition.PRESENT, null);
    }

    @Override
    public boolean setIfAbsent(byte[] key, byte[] value) {
        checkLimits(key, value);
        return writes.set(key, value, 0, WritePath.Condition.ABSENT, null);
    }

    @Override
    public boolean compareAndSet(byte[] key, byte[] expected, byte[] value) {
        checkLimits(key, value);
        Objects.requireNonNull(expected, "expected");
        return writes.set(key, value, 0, WritePath.Condition.EXPECTED, expected);
    }

    @Override
    public boolean delete(byte[] key) {
        gate.checkWritable();
        if (key.length == 0 || key.length > RecordFormat.MAX_KEY_SIZE_BYTES) {
            return false; // there can be none
        }
        return writes.delete(key);
    }

    @Override
    public void write(WriteBatch batch) {
        gate.checkWritable();
        List<WriteBatch.Operation> operations = batch.operations();
        for (WriteBatch.Operation operation : operations) {
            byte[] value = operation.value();
            checkLimits(operation.key(), value == null ? new byte[0] : value);
            if (operation.ttl() != null) {
                checkTtl(operation.ttl());
            }
        }
        if (!operations.isEmpty()) {
            writes.write(operations);
        }
    }

    private void checkLimits(byte[] key, byte[] value) {
        gate.checkWritable();
        if (key.length == 0) {
            throw new LimitExceededException(
                    "The key is empty; a key has 1 to "
                            + options.maxKeySizeBytes()
                            + " bytes. Nothing was written.",
                    0,
                    1);
        }
        if (key.length > options.maxKeySizeBytes()) {
            throw tooLong("key", key.length, options.maxKeySizeBytes());
        }
        if (value.length > options.maxValueSizeBytes()) {
            throw tooLong("value", value.length, options.maxValueSizeBytes());
        }
    }

    private static LimitExceededException tooLong(String what, int actual, int limit) {
        return new LimitExceededException(
                "The "
                        + what
                        + " has "
                        + actual
                        + " bytes, and the limit is "
                        + limit
                        + ". Nothing was written. Shorten it, or raise the limit when opening the"
                        + " store.",
                actual,
                limit);
    }

    private static void checkTtl(Duration ttl) {
        if (ttl.compareTo(Duration.ofMillis(1)) < 0) {
            throw new LimitExceededException(
                    "The time to live is "
                            + ttl
                            + ", and must be at least 1 ms. Nothing was written. Delete the key to"
                            + " make it go at once.",
                    ttl.isNegative() ? -1 : 0,
                    1);
        }
    }

    @Override
    public void sync() {
        gate.checkWritable();
        log.commit().await(log.hotTail().lockedPosition());
    }

    // ---------------------------------------------------------------- upkeep

    @Override
    public BackupReport backup(Path target) {
        return upkeep.backup(target);
    }

    @Override
    public VerificationReport verify() {
        return upkeep.verify();
    }

    @Override
    public CompactionReport compact(Consumer<? super CompactionProgress> listener) {
        gate.checkWritable();
        Objects.requireNonNull(listener, "listener");
        return Objects.requireNonNull(compactor).compact(listener);
    }

    @Override
    public CompactionStatus compactionStatus() {
        return compactor == null
                ? new CompactionStatus(false, null, null, null)
                : compactor.status();
    }

    @Override
    public StoreStats stats() {
        Throwable failure = log.commit().failure();
        Throwable full = log.refusal();
        Throwable reason = failure != null ? failure : full;
        StoreState state = StoreState.OPEN;
        if (gate.isClosed()) {
            state = StoreState.CLOSED;
        } else if (gate.isReadOnly()) {
            state = StoreState.READ_ONLY;
        } else if (failure != null) {
            state = StoreState.FAILED;
        } else if (full != null) {
            state = StoreState.FULL;
        }
        long live = 0;
        long used = 0;
        int segments = 0;
        int free = 0;
        for (Segment segment : log.segments().all()) {
            if (segment.kind() != Segment.Kind.FREE) {
                live += segment.liveBytes();
                used += segment.usedBytes();
                segments++;
            } else if (segment.state() == Segment.State.FREE) {
                free++;
            }
        }
        CompactionTotals done = compactor == null ? CompactionTotals.NONE : compactor.totals();
        return new StoreStats(
                state,
                reason == null ? null : String.valueOf(reason.getMessage()),
                log.segments().directory(),
                options.durability(),
                index.keyCount(),
                live,
                Math.max(0, used - live),
                index.sizeBytes(),
                log.segments().diskBytes() + index.sizeBytes(),
                log.freeDiskBytes(),
                options.freeDiskFloorBytes(),
                segments,
                free,
                writes.writtenBytes(),
                done.relocatedBytes() + writes.expirationBytes(),
                log.hintBytes(),
                log.allocatedBytes(),
                lookups.hits(),
                lookups.misses(),
                writes.sets(),
                writes.deletes(),
                writes.expirations(),
                log.commit().forces(),
                log.commit().forceTime(),
                log.hotTail().lastSequence(),
                done.compactions(),
                Duration.ofNanos(done.nanos()),
                done.failures(),
                done.reclaimedBytes(),
                recovery);
    }

    @Override
    public void addListener(StoreListener listener) {
        Objects.requireNonNull(listener, "listener");
        gate.checkOpen();
        listeners.add(listener);
    }

    @Override
    public void close() {
        closer.close();
    }

    @Override
    public String toString() {
        return "KeyValueStore[" + log.segments().directory() + "]";
    }
}
