package dev.kvstore.internal.compaction;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.ColdTail;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Empties one segment: copies what is still needed to the cold tail, switches the index to the
 * copies, makes all durable, and retires the segment.
 *
 * <p>Reading and copying take no lock: the source does not change any more, and only this thread
 * appends to the cold tail. The index is switched under the write lock, a few records at a time,
 * each only if it still points to the original; else the copy is born obsolete.
 */
final class RecordRelocator {

    private static final int MAX_PENDING = 64;

    /** How many records are looked up together. */
    private static final int MAX_SEEN = 32;

    private final Log log;
    private final ColdTail coldTail;
    private final HashIndex index;
    private final ReentrantLock writeLock;
    private final long hashSeed;
    private final CompactionPolicy policy;
    private final ExpiredRecords expired;
    private final RateLimiter limiter;
    private final BooleanSupplier hurried;
    private final BooleanSupplier cancelled;
    private final KeyOfRecord keyOfRecord;

    private final long[] oldAddresses = new long[MAX_PENDING];
    private final long[] newAddresses = new long[MAX_PENDING];
    private final long[] hashes = new long[MAX_PENDING];
    private final int[] sizes = new int[MAX_PENDING];
    private int pending;

    private final int[] seenOffsets = new int[MAX_SEEN];
    private final long[] seenHashes = new long[MAX_SEEN];
    private final long[] places = new long[MAX_SEEN];
    private int seen;

    private long recordsRelocated;
    private long bytesRelocated;

    RecordRelocator(
            Log log,
            HashIndex index,
            ReentrantLock writeLock,
            long hashSeed,
            CompactionPolicy policy,
            ExpiredRecords expired,
            RateLimiter limiter,
            BooleanSupplier hurried,
            BooleanSupplier cancelled) {
        this.log = log;
        this.coldTail = log.coldTail();
        this.index = index;
        this.writeLock = writeLock;
        this.hashSeed = hashSeed;
        this.policy = policy;
        this.expired = expired;
        this.limiter = limiter;
        this.hurried = hurried;
        this.cancelled = cancelled;
        this.keyOfRecord = new KeyOfRecord(log);
    }

    long recordsRelocated() {
        return recordsRelocated;
    }

    long bytesRelocated() {
        return bytesRelocated;
    }

    /**
     * Empties and retires a segment.
     *
     * @return false if it was cancelled; the segment is then as good as before
     */
    boolean empty(Segment segment) throws IOException {
        seen = 0;
        try {
            return scanAndRetire(segment);
        } finally {
            switchPending(); // whatever happened: copies that nobody knows of would not be counted
        }
    }

    private boolean scanAndRetire(Segment segment) throws IOException {
        // Taking the lock once shows us everything that was published before the segment was full,
        // and with that every record that one of its tombstones made obsolete.
        writeLock.lock();
        writeLock.unlock();
        RecordScanner scanner = new RecordScanner(segment, segment.tail());
        while (scanner.next()) {
            limiter.acquire(scanner.size(), hurried);
            if (cancelled.getAsBoolean()) {
                return false;
            }
            if (scanner.isValue()) {
                lookAt(segment, scanner);
                continue;
            }
            relocateAllLive(segment);
            if (scanner.isTombstone() && isTombstoneNeeded(segment, scanner)) {
                makeRoom(scanner.size());
                Segment to = coldTail.segment();
                coldTail.append(segment, scanner.offset(), scanner.size());
                writeLock.lock();
                try {
                    to.addTombstone(scanner.size(), scanner.note());
                } finally {
                    writeLock.unlock();
                }
                count(scanner.size());
            }
        }
        relocateAllLive(segment);
        switchPending();
        if (scanner.problem() != null) {
            throw corrupted(segment, scanner);
        }
        // What made this segment's other records obsolete must be on the disk before they go, or a
        // power cut could take both the new value and the old. So must the copies.
        log.commit().await(log.hotTail().lockedPosition());
        coldTail.force();
        if (segment.kind() == Segment.Kind.HOT) {
            log.hotTail().prove();
        }
        log.noteEnds();
        log.retire(segment);
        return true;
    }

    /**
     * Notes a record whose checksum was right, to ask the index for it together with some others:
     * their buckets come to the cache at the same time.
     */
    private void lookAt(Segment segment, RecordScanner scanner) throws IOException {
        long hash = KeyHash.of(hashSeed, segment.buffer(), scanner.keyOffset(), scanner.keySize());
        seenOffsets[seen] = scanner.offset();
        seenHashes[seen] = hash;
        if (++seen == MAX_SEEN) {
            relocateAllLive(segment);
        }
    }

    private void relocateAllLive(Segment segment) throws IOException {
        index.touch(seenHashes, 0, seen, places);
        for (int i = 0; i < seen; i++) {
            relocateIfLive(segment, seenOffsets[i], seenHashes[i]);
        }
        seen = 0;
    }

    private void relocateIfLive(Segment segment, int offset, long hash) throws IOException {
        long address = log.addresses().of(segment.id(), offset);
        if (!index.has(hash, address)) {
            return;
        }
        ByteBuffer buffer = segment.buffer();
        int size = RecordFormat.size(buffer, offset);
        if (size <= log.hotTail().largestBatchBytes() && !coldTail.fits(size)) {
            makeRoom(size);
            // Asked again: a segment that was begun after the record was found to be live could get
            // a copy of what a tombstone older than that segment had removed meanwhile. See
            // CompactionPolicy.
            if (!index.has(hash, address)) {
                return;
            }
        }
        boolean expires = (RecordFormat.flags(buffer, offset) & RecordFormat.EXPIRY) != 0;
        if (expires && RecordFormat.expiry(buffer, offset) <= expired.now()) {
            byte[] key = new byte[RecordFormat.keySize(buffer, offset)];
            buffer.get(offset + RecordFormat.headerSize(RecordFormat.EXPIRY), key);
            try {
                expired.delete(key, hash, address);
                return;
            } catch (StoreFullException e) {
                if (size > log.hotTail().largestBatchBytes()) {
                    throw e; // it could not be copied either
                }
                System.getLogger("dev.kvstore")
                        .log(System.Logger.Level.DEBUG, "An expired record is kept for now.", e);
            }
        }
        oldAddresses[pending] = address;
        newAddresses[pending] = coldTail.append(segment, offset, size);
        hashes[pending] = hash;
        sizes[pending] = size;
        if (++pending == MAX_PENDING) {
            switchPending();
        }
        count(size);
    }

    private void count(int sizeBytes) {
        recordsRelocated++;
        bytesRelocated += sizeBytes;
    }

    /** Finds room in the cold tail; if that is full, what was copied to it is switched first. */
    private void makeRoom(int sizeBytes) throws IOException {
        if (!coldTail.fits(sizeBytes)) {
            switchPending();
        }
        coldTail.makeRoom(sizeBytes);
    }

    private void switchPending() {
        if (pending == 0) {
            return;
        }
        writeLock.lock();
        try {
            for (int i = 0; i < pending; i++) {
                Segment to = log.segments().get(log.addresses().segmentId(newAddresses[i]));
                to.addLive(sizes[i]);
                long position = index.locate(hashes[i], oldAddresses[i]);
                if (position >= 0) {
                    index.replace(position, newAddresses[i]);
                    log.obsolete(oldAddresses[i]);
                } else {
                    to.addDead(sizes[i]); // overtaken by a writer
                }
            }
        } finally {
            writeLock.unlock();
        }
        pending = 0;
    }

    /**
     * A tombstone goes when the key has a newer value, which is on the disk before the segment is
     * retired, or when nothing it removes can be left anywhere.
     */
    private boolean isTombstoneNeeded(Segment segment, RecordScanner scanner) {
        if (!policy.mayHoldOlderVersion(scanner.note(), segment)) {
            return false;
        }
        ByteBuffer key = segment.buffer().slice(scanner.keyOffset(), scanner.keySize());
        long hash = KeyHash.of(hashSeed, segment.buffer(), scanner.keyOffset(), scanner.keySize());
        return index.find(hash, key, keyOfRecord) == null;
    }

    private StoreCorruptedException corrupted(Segment segment, RecordScanner scanner) {
        Path file = log.segments().pathOf(segment.id());
        return new StoreCorruptedException(
                file
                        + " has "
                        + scanner.problem()
                        + " at offset "
                        + scanner.end()
                        + ". Compaction has left the segment as it is. Restore the store from a"
                        + " backup, or salvage it with KeyValueStore.repair.",
                file,
                scanner.end(),
                null);
    }

    /**
     * Matches a record by its key. No record can move while it looks: only compaction moves them.
     */
    private static final class KeyOfRecord implements KeyMatcher<ByteBuffer, ByteBuffer> {

        private final Log log;

        KeyOfRecord(Log log) {
            this.log = log;
        }

        @Override
        public @Nullable ByteBuffer match(ByteBuffer key, long address, long life) {
            Segment segment = log.segmentOf(address);
            int offset = log.offsetOf(address);
            if (segment == null
                    || offset + RecordFormat.HEADER_SIZE_BYTES > segment.capacityBytes()) {
                return null;
            }
            ByteBuffer buffer = segment.buffer();
            int at = offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
            int size = RecordFormat.keySize(buffer, offset);
            return size == key.remaining()
                            && at + size <= segment.capacityBytes()
                            && buffer.slice(at, size).equals(key)
                    ? key
                    : null;
        }
    }
}
