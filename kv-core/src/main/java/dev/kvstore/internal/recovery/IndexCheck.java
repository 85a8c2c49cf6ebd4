package dev.kvstore.internal.recovery;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Follows every entry of the index to its record, and counts them. What looks wrong is looked at
 * again with the write lock held, when nothing of the index changes.
 */
final class IndexCheck {

    /** As many as a page of the index has slots. */
    private static final int MAX_ADDRESSES = 512;

    /** How often the entries are counted while others write before that is done with the lock. */
    private static final int COUNTS_WITHOUT_LOCK = 3;

    private final Log log;
    private final HashIndex index;
    private final long hashSeed;
    private final ReentrantLock writeLock;
    private final Path indexFile;
    private final Runnable checkOpen;
    private final Findings findings;
    private final NewestRecord newestRecord;

    private final long[] addresses = new long[MAX_ADDRESSES];
    private final long[] again = new long[MAX_ADDRESSES];

    IndexCheck(
            Log log,
            HashIndex index,
            long hashSeed,
            ReentrantLock writeLock,
            Path indexFile,
            Runnable checkOpen,
            Findings findings) {
        this.log = log;
        this.index = index;
        this.hashSeed = hashSeed;
        this.writeLock = writeLock;
        this.indexFile = indexFile;
        this.checkOpen = checkOpen;
        this.findings = findings;
        this.newestRecord = new NewestRecord(log);
    }

    void run() {
        try {
            followEntries();
            countEntries();
        } catch (StoreCorruptedException e) {
            findings.add(e.file(), e.offset(), String.valueOf(e.getMessage()));
        } catch (IndexOutOfBoundsException e) {
            findings.add(indexFile, -1, "a page table that names a page that there is not");
        }
    }

    private void followEntries() {
        long from = 0;
        do {
            log.keepingSegments().lock();
            try {
                checkOpen.run();
                HashIndex.Snapshot snapshot = index.snapshot(from, addresses);
                for (int i = 0; i < snapshot.count(); i++) {
                    findings.countKey();
                    if (problem(addresses[i]) != null) {
                        checkAgain(from, addresses[i]);
                    }
                }
                from = snapshot.next();
            } finally {
                log.keepingSegments().unlock();
            }
        } while (from != 0 && !findings.areFull());
    }

    private void checkAgain(long from, long address) {
        writeLock.lock();
        try {
            HashIndex.Snapshot snapshot = index.snapshot(from, again);
            for (int i = 0; i < snapshot.count(); i++) {
                if (again[i] == address) {
                    report(address);
                    return;
                }
            }
        } finally {
            writeLock.unlock();
        }
    }

    private void report(long address) {
        String problem = problem(address);
        if (problem == null) {
            return;
        }
        int id = log.addresses().segmentId(address);
        boolean exists = log.segmentOf(address) != null;
        findings.add(
                exists ? log.segments().pathOf(id) : indexFile,
                exists ? log.offsetOf(address) : -1,
                "the index points here, and " + problem);
    }

    private @Nullable String problem(long address) {
        Segment segment = log.segmentOf(address);
        if (segment == null) {
            return "there is no segment " + log.addresses().segmentId(address);
        }
        int offset = log.offsetOf(address);
        if (segment.kind() == Segment.Kind.FREE || offset >= segment.settledTail()) {
            return "there is no record";
        }
        try {
            if (!segment.isIntact(offset, segment.generation())) {
                return "there is no whole record";
            }
        } catch (IndexOutOfBoundsException | IllegalStateException e) {
            return "there is no room for a record"; // or the mapping went: then it is looked at
            // again
        }
        RecordScanner record = new RecordScanner(segment, offset, segment.settledTail());
        if (!record.next() || !record.isValue()) {
            return "there is no value";
        }
        long hash = RecordKey.hash(hashSeed, segment.buffer(), offset);
        if (!index.has(hash, address)) {
            return "a search for its key does not";
        }
        Long newest = index.find(hash, RecordKey.bytes(segment.buffer(), offset), newestRecord);
        return newest != null && newest != RecordFormat.sequence(segment.buffer(), offset)
                ? "to another record of the same key"
                : null;
    }

    private void countEntries() {
        for (int i = 0; i < COUNTS_WITHOUT_LOCK; i++) {
            long before = index.keyCount();
            if (count() == before && index.keyCount() == before) {
                return;
            }
        }
        log.keepingSegments().lock();
        try {
            writeLock.lock();
            try {
                long count = count();
                if (count != index.keyCount()) {
                    findings.add(
                            indexFile,
                            -1,
                            "a count of " + index.keyCount() + " keys, and there are " + count);
                }
            } finally {
                writeLock.unlock();
            }
        } finally {
            log.keepingSegments().unlock();
        }
    }

    private long count() {
        long count = 0;
        long from = 0;
        do {
            log.keepingSegments().lock(); // or the index could be unmapped by a close
            try {
                checkOpen.run();
                HashIndex.Snapshot snapshot = index.snapshot(from, addresses);
                count += snapshot.count();
                from = snapshot.next();
            } finally {
                log.keepingSegments().unlock();
            }
        } while (from != 0);
        return count;
    }
}
