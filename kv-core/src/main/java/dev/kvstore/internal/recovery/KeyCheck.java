package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Checks that the index has, for each value in the log, that value or a newer one of its key,
 * unless the key was deleted after it.
 *
 * <p>A value whose key the index does not have is put aside: in most cases a tombstone explains it.
 * Tombstones are looked for afterwards, for many such values at a time, while no segment may be
 * retired. A tombstone that is needed for a value is then in some segment as long as the value is:
 * compaction drops none before.
 */
final class KeyCheck {

    /** How many values are put aside at most before tombstones are looked for. */
    private static final int MAX_MISSING = 100_000;

    /** A value whose key the index does not have. */
    private record Missing(
            Segment segment, long generation, int offset, long hash, long sequence) {}

    /** How far the tombstones of a segment have been read. */
    private record Progress(long generation, int tail) {}

    private final Log log;
    private final HashIndex index;
    private final long hashSeed;
    private final ReentrantLock writeLock;
    private final StoreVerifier.PendingKeys pending;
    private final Findings findings;
    private final NewestRecord newestRecord;
    private final List<Missing> missing = new ArrayList<>();

    KeyCheck(
            Log log,
            HashIndex index,
            long hashSeed,
            ReentrantLock writeLock,
            StoreVerifier.PendingKeys pending,
            Findings findings) {
        this.log = log;
        this.index = index;
        this.hashSeed = hashSeed;
        this.writeLock = writeLock;
        this.pending = pending;
        this.findings = findings;
        this.newestRecord = new NewestRecord(log);
    }

    /** Checks a value. Segments are kept. */
    void check(Segment segment, RecordScanner scanner) {
        byte[] key = RecordKey.bytes(segment.buffer(), scanner.offset());
        long hash = RecordKey.hash(hashSeed, segment.buffer(), scanner.offset());
        Long newest = index.find(hash, key, newestRecord);
        if (newest == null) {
            missing.add(
                    new Missing(
                            segment,
                            segment.generation(),
                            scanner.offset(),
                            hash,
                            scanner.sequence()));
        } else if (newest < scanner.sequence()) {
            checkOlder(segment, scanner, key, hash);
        }
    }

    /** Whether it is time to look for tombstones. */
    boolean isFull() {
        return missing.size() >= MAX_MISSING;
    }

    /** The index had an older value: it may not have been told yet, as the writer still waits. */
    private void checkOlder(Segment segment, RecordScanner scanner, byte[] key, long hash) {
        writeLock.lock();
        try {
            Long newest = index.find(hash, key, newestRecord);
            if (!pending.has(key, hash) && newest != null && newest < scanner.sequence()) {
                findings.add(
                        log.segments().pathOf(segment.id()),
                        scanner.offset(),
                        "a value that is newer than the one the index has for its key");
            }
        } finally {
            writeLock.unlock();
        }
    }

    /** Looks for the tombstones of the values that were put aside. Segments are kept. */
    void explainMissing() {
        // What a compaction retired meanwhile may be unmapped, and its tombstones gone too.
        missing.removeIf(value -> !log.segments().isInLife(value.segment(), value.generation()));
        if (missing.isEmpty()) {
            return;
        }
        Map<Long, Long> tombstones = new HashMap<>();
        for (Missing value : missing) {
            tombstones.put(value.hash(), 0L);
        }
        Map<Segment, Progress> read = new HashMap<>();
        readTombstones(tombstones, read);
        missing.removeIf(value -> tombstones.get(value.hash()) > value.sequence());
        if (!missing.isEmpty()) {
            writeLock.lock();
            try {
                // Keys may have been deleted since the tombstones were read.
                readTombstones(tombstones, read);
                missing.removeIf(value -> tombstones.get(value.hash()) > value.sequence());
                missing.forEach(this::checkAbsent);
            } finally {
                writeLock.unlock();
            }
        }
        missing.clear();
    }

    private void readTombstones(Map<Long, Long> tombstones, Map<Segment, Progress> read) {
        for (Segment segment : log.segments().all()) {
            long generation;
            int tail;
            writeLock.lock();
            try {
                if (segment.kind() == Segment.Kind.FREE) {
                    continue;
                }
                generation = segment.generation();
                tail = segment.settledTail();
            } finally {
                writeLock.unlock();
            }
            Progress before = read.put(segment, new Progress(generation, tail));
            RecordScanner scanner =
                    before != null && before.generation() == generation
                            ? new RecordScanner(segment, before.tail(), tail)
                            : new RecordScanner(segment, tail);
            while (scanner.nextWhole()) {
                if (scanner.isTombstone()) {
                    long hash = RecordKey.hash(hashSeed, segment.buffer(), scanner.offset());
                    tombstones.computeIfPresent(
                            hash, (key, sequence) -> Math.max(sequence, scanner.sequence()));
                }
            }
        }
    }

    /** Write lock held. */
    private void checkAbsent(Missing value) {
        byte[] key = RecordKey.bytes(value.segment().buffer(), value.offset());
        Long newest = index.find(value.hash(), key, newestRecord);
        boolean known = newest != null && newest >= value.sequence();
        if (!pending.has(key, value.hash()) && !known) {
            findings.add(
                    log.segments().pathOf(value.segment().id()),
                    value.offset(),
                    "a value that the index does not have, and nothing says that it was deleted");
        }
    }
}
