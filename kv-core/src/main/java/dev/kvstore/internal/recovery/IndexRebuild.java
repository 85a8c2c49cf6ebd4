package dev.kvstore.internal.recovery;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.index.AddressMatcher;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.Judgement;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import dev.kvstore.internal.storage.EngineThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Fills an empty index from the log, by several threads: they read segments side by side, from
 * their hints where these list the records, and take turns to put what they read into the index.
 *
 * <p>The highest sequence number of a key wins, in whatever order records are met. So a tombstone
 * stays in the index, and wins over older values, until all records have been seen; only then are
 * the tombstones taken out. Two records of the same number are an original and its copy.
 *
 * <p>What a hint lists is believed, not what the record says: nobody has looked whether that is
 * whole. Else a bit that flipped in a newer record's key would leave the older one to be found.
 */
final class IndexRebuild {

    private static final int BATCH_SIZE = 1024;

    private final SegmentTable segments;
    private final HashIndex index;
    private final long hashSeed;

    private final Map<Segment, Hint> listing = new HashMap<>(); // not changed once threads run

    private long lastSequence; // guarded by index, as are the segments' figures
    private long recordCount;

    IndexRebuild(SegmentTable segments, HashIndex index, long hashSeed) {
        this.segments = segments;
        this.index = index;
        this.hashSeed = hashSeed;
    }

    /** The highest sequence number that was met. */
    long lastSequence() {
        return lastSequence;
    }

    /** How many records of values and tombstones were met. */
    long recordCount() {
        return recordCount;
    }

    void run(List<Judgement> judgements) throws IOException {
        for (Judgement judgement : judgements) {
            Hint hint = judgement.hint();
            if (hint != null && hint.isListed()) {
                listing.put(judgement.segment(), hint);
            }
        }
        inParallel(judgements, false);
        List<Judgement> withTombstones =
                judgements.stream().filter(j -> j.segment().tombstoneBytes() > 0).toList();
        inParallel(withTombstones, true);
    }

    private void inParallel(List<Judgement> judgements, boolean removing) throws IOException {
        Queue<Judgement> queue = new ConcurrentLinkedQueue<>(judgements);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        int count = Math.min(judgements.size(), Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < count; i++) {
            Thread thread = new EngineThread("kv-rebuild", () -> readAll(queue, removing, failure));
            threads.add(thread);
            thread.start();
        }
        threads.forEach(EngineThread::joinUninterruptibly);
        Throwable e = failure.get();
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException exception) {
            throw exception;
        }
        if (e != null) {
            throw new IOException(e);
        }
    }

    private void readAll(
            Queue<Judgement> queue, boolean removing, AtomicReference<Throwable> failure) {
        try {
            Batch batch = new Batch(removing);
            Judgement next = queue.poll();
            while (next != null && failure.get() == null) {
                read(next, batch);
                next = queue.poll();
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void read(Judgement judgement, Batch batch) throws IOException {
        Segment segment = judgement.segment();
        Hint hint = judgement.hint();
        if (hint != null && hint.isListed()) {
            for (int i = 0; i < hint.entryCount(); i++) {
                batch.add(
                        segment,
                        hint.hash(i),
                        hint.sequence(i),
                        hint.offset(i),
                        hint.size(i),
                        hint.isTombstone(i),
                        hint.tombstoneGeneration());
            }
            batch.apply(hint.lastSequence());
            return;
        }
        RecordScanner scanner = new RecordScanner(segment, judgement.end());
        long highest = 0;
        while (scanner.next()) {
            highest = Math.max(highest, scanner.sequence());
            if (scanner.isValue() || scanner.isTombstone()) {
                batch.add(
                        segment,
                        hashAt(segment, scanner.offset()),
                        scanner.sequence(),
                        scanner.offset(),
                        scanner.size(),
                        scanner.isTombstone(),
                        scanner.isTombstone() ? scanner.note() : 0);
            }
        }
        if (scanner.problem() != null) {
            Path file = segments.pathOf(segment.id());
            throw new StoreCorruptedException(
                    file
                            + " has "
                            + scanner.problem()
                            + " at offset "
                            + scanner.end()
                            + ", where its hint says that it is whole. Nothing was changed. Restore"
                            + " the store from a backup, or salvage it with KeyValueStore.repair.",
                    file,
                    scanner.end(),
                    null);
        }
        batch.apply(highest);
    }

    private long hashAt(Segment segment, int offset) {
        ByteBuffer buffer = segment.buffer();
        int keyOffset = offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
        return KeyHash.of(hashSeed, buffer, keyOffset, RecordFormat.keySize(buffer, offset));
    }

    /** Records read by one thread, put into the index a thousand at a time. */
    private final class Batch {

        private final boolean removing;
        private final long[] hashes = new long[BATCH_SIZE];
        private final long[] sequences = new long[BATCH_SIZE];
        private final long[] addresses = new long[BATCH_SIZE];
        private final int[] sizes = new int[BATCH_SIZE];
        private final long[] tombstoneGenerations = new long[BATCH_SIZE];
        private final boolean[] tombstones = new boolean[BATCH_SIZE];
        private final Segment[] from = new Segment[BATCH_SIZE];
        private int count;

        Batch(boolean removing) {
            this.removing = removing;
        }

        void add(
                Segment segment,
                long hash,
                long sequence,
                int offset,
                int size,
                boolean tombstone,
                long tombstoneGeneration)
                throws IOException {
            if (removing && !tombstone) {
                return;
            }
            if (count == BATCH_SIZE) {
                apply(0);
            }
            from[count] = segment;
            hashes[count] = hash;
            sequences[count] = sequence;
            addresses[count] = segments.addresses().of(segment.id(), offset);
            sizes[count] = size;
            tombstones[count] = tombstone;
            tombstoneGenerations[count] = tombstoneGeneration;
            count++;
        }

        void apply(long sequenceSeen) throws IOException {
            synchronized (index) {
                lastSequence = Math.max(lastSequence, sequenceSeen);
                for (int i = 0; i < count; i++) {
                    if (removing) {
                        removeIfStillThere(i);
                    } else {
                        insertIfNewest(i);
                    }
                }
            }
            count = 0;
        }

        private void insertIfNewest(int i) throws IOException {
            recordCount++;
            lastSequence = Math.max(lastSequence, sequences[i]);
            if (tombstones[i]) {
                from[i].addTombstone(sizes[i], tombstoneGenerations[i]);
            } else {
                from[i].addLive(sizes[i]);
            }
            long position = index.locate(hashes[i], new SameKey(addresses[i], hashes[i]));
            if (position < 0) {
                index.reserve(1);
                index.insert(hashes[i], addresses[i]);
                return;
            }
            long other = index.addressAt(position);
            Segment otherSegment = segmentOf(other);
            int otherOffset = segments.addresses().offset(other);
            if (sequences[i] > sequence(otherSegment, otherOffset)) {
                index.replace(position, addresses[i]);
                if (!isTombstone(otherSegment, otherOffset)) {
                    otherSegment.addDead(size(otherSegment, otherOffset));
                }
            } else if (!tombstones[i]) {
                from[i].addDead(sizes[i]);
            }
        }

        private void removeIfStillThere(int i) {
            long address = addresses[i];
            long position = index.locate(hashes[i], new AddressMatcher(address));
            if (position >= 0) {
                index.remove(position);
            }
        }
    }

    private Segment segmentOf(long address) {
        return segments.get(segments.addresses().segmentId(address));
    }

    private long sequence(Segment segment, int offset) {
        Hint hint = listing.get(segment);
        return hint == null
                ? RecordFormat.sequence(segment.buffer(), offset)
                : hint.sequence(hint.entryAt(offset));
    }

    private int size(Segment segment, int offset) {
        Hint hint = listing.get(segment);
        return hint == null
                ? RecordFormat.size(segment.buffer(), offset)
                : hint.size(hint.entryAt(offset));
    }

    private boolean isTombstone(Segment segment, int offset) {
        Hint hint = listing.get(segment);
        return hint == null
                ? RecordFormat.flags(segment.buffer(), offset) == RecordFormat.TOMBSTONE
                : hint.isTombstone(hint.entryAt(offset));
    }

    private long hash(Segment segment, int offset) {
        Hint hint = listing.get(segment);
        return hint == null ? hashAt(segment, offset) : hint.hash(hint.entryAt(offset));
    }

    /** Matches a record whose key is that of another record. */
    private final class SameKey implements KeyMatcher {

        private final Segment segment;
        private final int offset;
        private final long hash;
        private long candidate;

        SameKey(long address, long hash) {
            this.segment = segmentOf(address);
            this.offset = segments.addresses().offset(address);
            this.hash = hash;
        }

        @Override
        public void locate(long address) {
            candidate = address;
        }

        @Override
        public Answer match() {
            Segment other = segmentOf(candidate);
            int otherOffset = segments.addresses().offset(candidate);
            if (hash(other, otherOffset) != hash) {
                return Answer.NO;
            }
            // Two keys of one hash are possible, but a damaged one is likelier: then it is the
            // same,
            // and the newest stays, whichever of the two that is.
            return isSameKey(other, otherOffset)
                            || !isIntact(segment, offset)
                            || !isIntact(other, otherOffset)
                    ? Answer.YES
                    : Answer.NO;
        }

        private boolean isIntact(Segment of, int at) {
            return of.isIntact(at, of.generation());
        }

        private boolean isSameKey(Segment other, int otherOffset) {
            ByteBuffer a = segment.buffer();
            ByteBuffer b = other.buffer();
            int size = RecordFormat.keySize(a, offset);
            int keyA = offset + RecordFormat.headerSize(RecordFormat.flags(a, offset));
            int keyB = otherOffset + RecordFormat.headerSize(RecordFormat.flags(b, otherOffset));
            return size == RecordFormat.keySize(b, otherOffset)
                    && keyA + size <= segment.capacityBytes()
                    && keyB + size <= other.capacityBytes()
                    && a.slice(keyA, size).equals(b.slice(keyB, size));
        }
    }
}
