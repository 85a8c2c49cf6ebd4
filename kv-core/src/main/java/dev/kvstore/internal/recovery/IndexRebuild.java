package dev.kvstore.internal.recovery;

import static java.util.Comparator.comparingLong;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.Judgement;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Fills an empty index from the log, by several threads: they read segments side by side, from
 * their hints where these list the records, and put what they read into the index a batch at a
 * time. A thread has the shard of its batch for itself meanwhile.
 *
 * <p>The highest sequence number of a key wins, in whatever order records are met. So a tombstone
 * stays in the index, and wins over older values, until all records have been seen; only then are
 * the tombstones taken out. Two records of the same number are an original and its copy.
 *
 * <p>What a hint lists is believed, not what the record says: nobody has looked whether that is
 * whole. Else a bit that flipped in a newer record's key would leave the older one to be found.
 */
final class IndexRebuild {

    private static final int BATCH_SIZE = 256;

    private final SegmentTable segments;
    private final HashIndex index;
    private final LoggedRecords logged;

    /** One for each shard of the index; all are taken to make the page table deeper. */
    private final ReentrantLock[] shards = new ReentrantLock[HashIndex.SHARDS];

    private int threadCount; // not changed once threads run

    private long lastSequence; // guarded by this, as are the segments' figures
    private long recordCount;

    IndexRebuild(SegmentTable segments, HashIndex index, long hashSeed) {
        this.segments = segments;
        this.index = index;
        this.logged = new LoggedRecords(segments, hashSeed);
        Arrays.setAll(shards, shard -> new ReentrantLock());
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
                logged.areListed(judgement.segment(), hint);
            }
        }
        inParallel(newestFirst(judgements), Filling::new);
        assert segments.all().stream().allMatch(segment -> segment.liveBytes() >= 0);
        List<Judgement> withTombstones =
                judgements.stream().filter(j -> j.segment().tombstoneBytes() > 0).toList();
        inParallel(withTombstones, () -> new TombstoneRemoval(segments, index, logged));
    }

    /**
     * What is newest is the most mixed: the compiler sees early what there is, and need not throw
     * away what it made of nothing but first values.
     */
    private static List<Judgement> newestFirst(List<Judgement> judgements) {
        return judgements.stream()
                .sorted(comparingLong((Judgement j) -> j.segment().generation()).reversed())
                .toList();
    }

    /** What one thread does with the segments that it takes. */
    interface Pass {

        /** Goes through the records of a segment. */
        void read(Judgement judgement) throws IOException;

        /** Does what is left to do. */
        void end() throws IOException;
    }

    private void inParallel(List<Judgement> judgements, Supplier<Pass> passes) throws IOException {
        Queue<Judgement> queue = new ConcurrentLinkedQueue<>(judgements);
        Workers workers = new Workers();
        threadCount = Math.min(judgements.size(), Runtime.getRuntime().availableProcessors());
        try {
            for (int i = 0; i < threadCount; i++) {
                workers.start("kv-rebuild", () -> readAll(queue, passes.get(), workers));
            }
        } finally {
            workers.await(); // also if the system has no more threads for us
        }
        workers.join();
    }

    private static void readAll(Queue<Judgement> queue, Pass pass, Workers workers)
            throws IOException {
        Judgement next = queue.poll();
        while (next != null && !workers.haveFailed()) {
            pass.read(next);
            next = queue.poll();
        }
        pass.end();
    }

    /** Some records of one shard, to be put into the index together. */
    private static final class Batch {

        final int shard;
        final long[] hashes = new long[BATCH_SIZE];
        final long[] sequences = new long[BATCH_SIZE];
        final long[] addresses = new long[BATCH_SIZE];
        final int[] sizes = new int[BATCH_SIZE];
        final boolean[] tombstones = new boolean[BATCH_SIZE];
        int count;

        Batch(int shard) {
            this.shard = shard;
        }
    }

    /** Puts what it reads into the index. */
    private final class Filling implements Pass {

        private final Batch[] batches = new Batch[HashIndex.SHARDS];
        private final Batch[] putAside = new Batch[HashIndex.SHARDS];
        private final LoggedRecords.Sought sought = new LoggedRecords.Sought();
        private final long[] places = new long[BATCH_SIZE];
        private final long[] liveBytes = new long[segments.count()];
        private final long[] deadRecords = new long[segments.count()];
        private final long[] tombstoneBytes = new long[segments.count()];
        private final long[] tombstoneGenerations = new long[segments.count()];
        private long highestSequence;
        private long count;
        private long keys;

        Filling() {
            Arrays.setAll(batches, Batch::new);
            Arrays.setAll(putAside, Batch::new);
        }

        @Override
        public void read(Judgement judgement) throws IOException {
            Hint hint = judgement.hint();
            if (hint != null && hint.isListed()) {
                readHint(judgement.segment(), hint);
            } else {
                readRecords(judgement.segment(), judgement.end());
            }
        }

        private void readHint(Segment segment, Hint hint) throws IOException {
            for (int i = 0; i < hint.entryCount(); i++) {
                boolean tombstone = hint.isTombstone(i);
                int size = hint.size(i);
                count(segment.id(), size, tombstone, hint.tombstoneGeneration());
                add(segment, hint.hash(i), hint.sequence(i), hint.offset(i), size, tombstone);
            }
            highestSequence = Math.max(highestSequence, hint.lastSequence());
        }

        private void readRecords(Segment segment, int end) throws IOException {
            RecordScanner scanner = new RecordScanner(segment, end);
            while (scanner.next()) {
                readRecord(segment, scanner);
            }
            if (scanner.problem() != null) {
                throw damaged(segment, scanner);
            }
        }

        private void readRecord(Segment segment, RecordScanner scanner) throws IOException {
            highestSequence = Math.max(highestSequence, scanner.sequence());
            boolean tombstone = scanner.isTombstone();
            if (tombstone || scanner.isValue()) {
                int offset = scanner.offset();
                int size = scanner.size();
                count(segment.id(), size, tombstone, tombstone ? scanner.note() : 0);
                long hash = logged.hashOfKey(segment, offset);
                add(segment, hash, scanner.sequence(), offset, size, tombstone);
            }
        }

        private StoreCorruptedException damaged(Segment segment, RecordScanner scanner) {
            Path file = segments.pathOf(segment.id());
            return new StoreCorruptedException(
                    file
                            + " has "
                            + scanner.problem()
                            + " at offset "
                            + scanner.end()
                            + ", where it was known to be whole. Nothing was changed. Restore"
                            + " the store from a backup, or salvage it with KeyValueStore.repair.",
                    file,
                    scanner.end(),
                    null);
        }

        private void add(
                Segment segment, long hash, long sequence, int offset, int size, boolean tombstone)
                throws IOException {
            Batch batch = batches[HashIndex.shardOf(hash)];
            int i = batch.count++;
            batch.hashes[i] = hash;
            batch.sequences[i] = sequence;
            batch.addresses[i] = segments.addresses().of(segment.id(), offset);
            batch.sizes[i] = size;
            batch.tombstones[i] = tombstone;
            if (batch.count == BATCH_SIZE) {
                applyFull(batch.shard);
            }
        }

        /**
         * Applies a batch, or puts it aside until the next one of its shard is full, if another
         * thread has that now: to wait would cost more than to come back.
         */
        private void applyFull(int shard) throws IOException {
            Batch full = batches[shard];
            Batch before = putAside[shard];
            if (before.count == 0 && shards[shard].isLocked()) {
                putAside[shard] = full;
                batches[shard] = before;
                return;
            }
            apply(before);
            apply(full);
        }

        private void count(int segmentId, int size, boolean tombstone, long tombstoneGeneration) {
            count++;
            if (tombstone) {
                tombstoneBytes[segmentId] += size;
                tombstoneGenerations[segmentId] =
                        Math.max(tombstoneGenerations[segmentId], tombstoneGeneration);
            } else {
                liveBytes[segmentId] += size;
            }
        }

        private void countDead(int segmentId, int size) {
            liveBytes[segmentId] -= size;
            deadRecords[segmentId]++;
        }

        @Override
        public void end() throws IOException {
            for (int shard = 0; shard < HashIndex.SHARDS; shard++) {
                apply(putAside[shard]);
                apply(batches[shard]);
            }
            synchronized (IndexRebuild.this) {
                lastSequence = Math.max(lastSequence, highestSequence);
                recordCount += count;
                index.countKeys(keys);
                for (Segment segment : segments.all()) {
                    int id = segment.id();
                    segment.add(
                            liveBytes[id],
                            deadRecords[id],
                            tombstoneBytes[id],
                            tombstoneGenerations[id]);
                }
            }
        }

        private void apply(Batch batch) throws IOException {
            int done = 0;
            while (done < batch.count) {
                int depth = index.depth();
                done = applyAtDepth(batch, done);
                if (done < batch.count) {
                    deepen(depth);
                }
            }
            batch.count = 0;
        }

        /** Returns the record before which the page table has to become deeper, or the count. */
        private int applyAtDepth(Batch batch, int first) throws IOException {
            shards[batch.shard].lock();
            try {
                index.reserveInShard(batch.count, threadCount);
                index.touch(batch.hashes, first, batch.count, places);
                touchRecords(batch, first);
                return insert(batch, first);
            } finally {
                shards[batch.shard].unlock();
            }
        }

        private void deepen(int depth) throws IOException {
            for (Lock shard : shards) {
                shard.lock();
            }
            try {
                index.deepen(depth);
            } finally {
                for (Lock shard : shards) {
                    shard.unlock();
                }
            }
        }

        /** Has the processor fetch what the index has for the keys already, for a comparison. */
        private void touchRecords(Batch batch, int first) {
            int count = 0;
            for (int i = first; i < batch.count; i++) {
                long candidate = index.candidate(batch.hashes[i]);
                if (candidate != 0) {
                    places[count++] = candidate;
                }
            }
            logged.touch(places, count);
        }

        private int insert(Batch batch, int first) {
            int i = first;
            while (i < batch.count && insertOne(batch, i)) {
                i++;
            }
            return i;
        }

        /** Inserts a record if it is the newest, and tells whether the index is deep enough. */
        private boolean insertOne(Batch batch, int i) {
            long hash = batch.hashes[i];
            long address = batch.addresses[i];
            long position = index.locate(hash, sought.set(address, hash), logged.sameKey());
            if (position < 0) {
                boolean inserted = index.insertInShard(hash, address);
                keys += inserted ? 1 : 0;
                return inserted;
            }
            long other = index.addressAt(position);
            if (batch.sequences[i] > logged.sequence(other)) {
                index.replace(position, address);
                if (!logged.isTombstone(other)) {
                    countDead(segments.addresses().segmentId(other), logged.size(other));
                }
            } else if (!batch.tombstones[i]) {
                countDead(segments.addresses().segmentId(address), batch.sizes[i]);
            }
            return true;
        }
    }
}
