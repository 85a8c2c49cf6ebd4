package dev.kvstore.internal.engine;

import dev.kvstore.Durability;
import dev.kvstore.LimitExceededException;
import dev.kvstore.StoreFullException;
import dev.kvstore.WriteBatch;
import dev.kvstore.internal.compaction.ExpiredRecords;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.log.HotTail;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way of a write: decide, append, publish, in one short critical section; then, if it has to
 * survive a power cut, wait for the disk.
 *
 * <p><b>Threads:</b> everything between lock and unlock is done by one thread at a time, in the
 * order of sequence numbers.
 *
 * <p><b>Invariant:</b> outside the critical section, the index points for each key to its newest
 * record in the log; under {@link Durability#SYNC} to its newest record on the disk, and the newer
 * ones are pending.
 */
final class WritePath implements ExpiredRecords {

    /** Under what condition a value is written. */
    enum Condition {
        ALWAYS,
        PRESENT,
        ABSENT,
        EXPECTED
    }

    private final Log log;
    private final HotTail tail;
    private final HashIndex index;
    private final ReentrantLock lock;
    private final StoreGate gate;
    private final long hashSeed;
    private final boolean publishWhenDurable;
    private final Clock clock;
    private final PendingWrites pending;
    private final Prefetch prefetch;

    private final RecordReader keys;
    private final RecordReader expiries;
    private final RecordReader values;

    // Guarded by lock; read without it for statistics.
    private long sets;
    private long deletes;
    private long writtenBytes;
    private long expirations;
    private long expirationBytes;

    WritePath(
            Log log,
            HashIndex index,
            ReentrantLock lock,
            StoreGate gate,
            long hashSeed,
            Durability durability,
            Clock clock,
            PendingWrites pending) {
        this.log = log;
        this.tail = log.hotTail();
        this.index = index;
        this.lock = lock;
        this.gate = gate;
        this.hashSeed = hashSeed;
        this.publishWhenDurable = durability == Durability.SYNC;
        this.clock = clock;
        this.pending = pending;
        this.prefetch = new Prefetch(log, index, gate);
        this.keys = reader(RecordReader.Part.KEY);
        this.expiries = reader(RecordReader.Part.EXPIRY);
        this.values = reader(RecordReader.Part.VALUE);
    }

    private RecordReader reader(RecordReader.Part part) {
        return new RecordReader(log, clock, part, true);
    }

    long sets() {
        return sets;
    }

    long deletes() {
        return deletes;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    /** How many keys were removed because they had expired. */
    long expirations() {
        return expirations;
    }

    /** Bytes of the tombstones of those. */
    long expirationBytes() {
        return expirationBytes;
    }

    /**
     * Writes a value if a condition holds.
     *
     * @param expiry when it expires, in milliseconds since 1970, or 0
     * @param expected the value the key must have, for {@link Condition#EXPECTED}
     */
    boolean set(
            byte[] callersKey,
            byte[] value,
            long expiry,
            Condition condition,
            byte @Nullable [] expected) {
        byte[] key = callersKey.clone();
        long hash = KeyHash.of(hashSeed, key);
        int flags = expiry == 0 ? 0 : RecordFormat.EXPIRY;
        boolean holds;
        long awaited;
        prefetch.fetch(hash); // so that nobody waits for the memory while he holds the lock
        lock.lock();
        try {
            gate.checkWritable();
            log.beginChange();
            tail.awaitRoom(
                    RecordFormat.size(flags, key.length, value.length), HotTail.Purpose.DATA);
            gate.checkWritable();
            reserve(1);
            PendingWrites.Write newest = pending.newest(key, hash);
            long position = locate(key, hash);
            holds = holds(condition, key, hash, newest, position, expected);
            if (holds) {
                awaited = append(flags, key, hash, value, expiry, position);
                sets++;
            } else {
                // What decided may not be on the disk yet, and then must not be told.
                awaited = newest == null ? 0 : newest.endPosition();
            }
        } finally {
            lock.unlock();
        }
        await(awaited);
        return holds;
    }

    /** Deletes a key. */
    boolean delete(byte[] callersKey) {
        byte[] key = callersKey.clone();
        long hash = KeyHash.of(hashSeed, key);
        boolean present;
        long awaited;
        prefetch.fetch(hash);
        lock.lock();
        try {
            gate.checkWritable();
            log.beginChange();
            tail.awaitRoom(
                    RecordFormat.size(RecordFormat.TOMBSTONE, key.length, 8),
                    HotTail.Purpose.DELETION);
            gate.checkWritable();
            PendingWrites.Write newest = pending.newest(key, hash);
            long position = locate(key, hash);
            present = holds(Condition.PRESENT, key, hash, newest, position, null);
            if (present) {
                writtenBytes += appendTombstone(key, hash, position);
                awaited = tail.position();
                deletes++;
            } else {
                awaited = newest == null ? 0 : newest.endPosition();
            }
        } finally {
            lock.unlock();
        }
        await(awaited);
        return present;
    }

    /** Writes a batch, whose limits have been checked but for the total. */
    void write(List<WriteBatch.Operation> operations) {
        int count = operations.size();
        long[] hashes = new long[count];
        long[] expiries = new long[count];
        long total = RecordFormat.BATCH_HEADER_SIZE_BYTES;
        HotTail.Purpose purpose = HotTail.Purpose.DELETION;
        for (int i = 0; i < count; i++) {
            WriteBatch.Operation operation = operations.get(i);
            byte[] value = operation.value();
            hashes[i] = KeyHash.of(hashSeed, operation.key());
            expiries[i] = expiryOf(operation.ttl());
            int valueSize = value == null ? Long.BYTES : value.length;
            int flags = flags(value, expiries[i]);
            total += RecordFormat.size(flags, operation.key().length, valueSize);
            if (value != null) {
                purpose = HotTail.Purpose.DATA;
            }
        }
        if (total > tail.largestBatchBytes()) {
            throw new LimitExceededException(
                    "The batch has "
                            + total
                            + " bytes of records, and at most "
                            + tail.largestBatchBytes()
                            + " fit a segment. Write several batches, or create the store with"
                            + " larger segments.",
                    total,
                    tail.largestBatchBytes());
        }
        long awaited;
        prefetch.fetch(hashes);
        lock.lock();
        try {
            gate.checkWritable();
            log.beginChange();
            tail.awaitRoom(total, purpose);
            gate.checkWritable();
            reserve(count);
            for (int i = 0; i < count; i++) {
                // What is damaged refuses the batch before anything of it is appended.
                locate(operations.get(i).key(), hashes[i]);
            }
            awaited = append(operations, hashes, expiries);
        } finally {
            lock.unlock();
        }
        await(awaited);
    }

    private long append(List<WriteBatch.Operation> operations, long[] hashes, long[] expiries) {
        try {
            int count = operations.size();
            long[] addresses = new long[count];
            tail.beginBatch();
            for (int i = 0; i < count; i++) {
                byte[] key = operations.get(i).key();
                byte[] value = operations.get(i).value();
                byte[] stored = value == null ? tombstoneValue() : value;
                int flags = flags(value, expiries[i]);
                long address = tail.append(flags, key, stored, expiries[i]);
                addresses[i] = value == null ? 0 : address;
                writtenBytes += RecordFormat.size(flags, key.length, stored.length);
                sets += value == null ? 0 : 1;
                deletes += value == null ? 1 : 0;
            }
            tail.endBatch(count);
            long end = tail.position();
            for (int i = 0; i < count; i++) {
                byte[] key = operations.get(i).key();
                if (publishWhenDurable) {
                    keep(key, hashes[i], addresses[i], end);
                } else {
                    publish(key, hashes[i], addresses[i]);
                }
            }
            return end;
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    /** When a value that lives so long from now on expires; 0 for never. */
    long expiryOf(java.time.@Nullable Duration ttl) {
        if (ttl == null) {
            return 0;
        }
        try {
            return Math.addExact(clock.millis(), ttl.toMillis());
        } catch (ArithmeticException e) {
            return 0; // beyond the range of the clock: for ever
        }
    }

    @Override
    public long now() {
        return clock.millis();
    }

    @Override
    public void delete(byte[] key, long hash, long address) {
        lock.lock();
        try {
            log.commit().throwIfFailed();
            tail.awaitRoom(
                    RecordFormat.size(RecordFormat.TOMBSTONE, key.length, 8),
                    HotTail.Purpose.EXPIRATION);
            long position = locate(key, hash);
            if (position >= 0
                    && index.addressAt(position) == address
                    && pending.newest(key, hash) == null) {
                expirationBytes += appendTombstone(key, hash, position);
                expirations++;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Publishes what has become durable; the write lock is held. */
    void publish(long position) {
        for (PendingWrites.Write write = pending.take(position);
                write != null;
                write = pending.take(position)) {
            publish(write.key(), write.hash(), write.address());
        }
    }

    private boolean holds(
            Condition condition,
            byte[] key,
            long hash,
            PendingWrites.@Nullable Write newest,
            long position,
            byte @Nullable [] expected) {
        return switch (condition) {
            case ALWAYS -> true;
            case PRESENT -> read(key, newest, position, expiries) != null;
            case ABSENT -> read(key, newest, position, expiries) == null;
            case EXPECTED -> {
                byte[] value = read(key, newest, position, values);
                yield value != null && Arrays.equals(value, expected);
            }
        };
    }

    /** Returns of what the next write replaces what a reader reads, or null if it is absent. */
    private byte @Nullable [] read(
            byte[] key, PendingWrites.@Nullable Write newest, long position, RecordReader reader) {
        long address =
                newest != null ? newest.address() : position < 0 ? 0 : index.addressAt(position);
        if (address == 0) {
            return null;
        }
        byte[] found = reader.read(key, address);
        return found == RecordReader.EXPIRED ? null : found;
    }

    private long append(
            int flags, byte[] key, long hash, byte[] value, long expiry, long position) {
        try {
            long address = tail.append(flags, key, value, expiry);
            writtenBytes += RecordFormat.size(flags, key.length, value.length);
            if (publishWhenDurable) {
                keep(key, hash, address, tail.position());
            } else if (position >= 0) {
                replace(position, address);
            } else {
                index.insert(hash, address);
            }
            return tail.position();
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    /** Returns the size of the tombstone. */
    private long appendTombstone(byte[] key, long hash, long position) {
        try {
            byte[] value = tombstoneValue();
            tail.append(RecordFormat.TOMBSTONE, key, value, 0);
            if (publishWhenDurable) {
                keep(key, hash, 0, tail.position());
            } else if (position >= 0) {
                remove(position);
            }
            return RecordFormat.size(RecordFormat.TOMBSTONE, key.length, value.length);
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    private void keep(byte[] key, long hash, long address, long end) {
        pending.add(new PendingWrites.Write(key, hash, address, end));
    }

    private void publish(byte[] key, long hash, long address) {
        long position = locate(key, hash);
        if (position < 0) {
            if (address != 0) {
                index.insert(hash, address);
            }
        } else if (address == 0) {
            remove(position);
        } else {
            replace(position, address);
        }
    }

    private void replace(long position, long address) {
        long old = index.addressAt(position);
        index.replace(position, address);
        log.obsolete(old);
    }

    private void remove(long position) {
        long old = index.addressAt(position);
        index.remove(position);
        log.obsolete(old);
    }

    private byte[] tombstoneValue() {
        byte[] value = new byte[8];
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putLong(0, tail.lastGeneration());
        return value;
    }

    private long locate(byte[] key, long hash) {
        return index.locate(hash, key, keys);
    }

    private void reserve(int insertions) {
        try {
            // What is pending will be inserted too, and must not find the index without room then.
            index.reserve(insertions + pending.size());
        } catch (IOException e) {
            throw new StoreFullException(
                    "There is no room for the index to grow ("
                            + e.getMessage()
                            + "). Nothing was written. Delete or compact, or make room on the disk.",
                    e);
        }
    }

    private void await(long position) {
        if (publishWhenDurable && position > 0) {
            log.commit().await(position);
        }
    }

    /** Log and index may disagree now: nothing may be written until the index is rebuilt. */
    private RuntimeException failed(Throwable e) {
        gate.fail(e);
        if (e instanceof Error error) {
            throw error;
        }
        return (RuntimeException) e;
    }

    private static int flags(byte @Nullable [] value, long expiry) {
        return value == null ? RecordFormat.TOMBSTONE : expiry == 0 ? 0 : RecordFormat.EXPIRY;
    }
}
