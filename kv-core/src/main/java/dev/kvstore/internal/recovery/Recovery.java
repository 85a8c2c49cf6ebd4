package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.IndexRegions;
import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.Judgement;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings log and index together when a store is opened: takes the index as it is after a clean
 * close, and rebuilds it after anything else. Can be interrupted by a crash at any point and begun
 * again: until the index is marked clean at the next close, every open takes the same way.
 *
 * @param index the index, complete
 * @param lastSequence the highest sequence number in the log
 * @param clean whether the index could be taken as it was
 * @param segmentsRead how many segments were read
 * @param recordsRead how many records or hint entries were read
 * @param cutBytes bytes cut off at the end of the log
 */
public record Recovery(
        HashIndex index,
        long lastSequence,
        boolean clean,
        int segmentsRead,
        long recordsRead,
        long cutBytes) {

    /** Recovers a store that may be changed. */
    public static Recovery run(
            SegmentTable segments, IndexRegions regions, long storeId, long hashSeed)
            throws IOException {
        HashIndex index =
                HashIndex.open(regions, storeId, address -> hashAt(segments, hashSeed, address));
        Recovery clean = takeAsItIs(index, segments);
        return clean != null ? clean : rebuild(segments, regions, storeId, hashSeed, false);
    }

    /** Recovers a store of which nothing may be changed. */
    public static Recovery runReadOnly(
            SegmentTable segments, IndexRegions indexFile, long storeId, long hashSeed)
            throws IOException {
        HashIndex index =
                HashIndex.open(indexFile, storeId, address -> hashAt(segments, hashSeed, address));
        Recovery clean = takeAsItIs(index, segments);
        return clean != null
                ? clean
                : rebuild(segments, IndexRegions.ofMemory(), storeId, hashSeed, true);
    }

    private static @Nullable Recovery takeAsItIs(@Nullable HashIndex index, SegmentTable segments)
            throws IOException {
        if (index == null) {
            return null;
        }
        long lastSequence = CloseNote.apply(index.note(), segments);
        if (lastSequence < 0) {
            index.close();
            return null;
        }
        return new Recovery(index, lastSequence, true, 0, 0, 0);
    }

    private static Recovery rebuild(
            SegmentTable segments,
            IndexRegions regions,
            long storeId,
            long hashSeed,
            boolean readOnly)
            throws IOException {
        LogReplay replay = new LogReplay(segments);
        replay.run();
        HashIndex index =
                HashIndex.create(
                        regions,
                        storeId,
                        address -> hashAt(segments, hashSeed, address),
                        recordCount(replay.judgements()));
        IndexRebuild rebuild = new IndexRebuild(segments, index, hashSeed);
        // Side by side: the one waits for the disk, a little for each segment, the other does not.
        Workers confirming = new Workers();
        if (!readOnly) {
            confirming.start("kv-confirm", () -> segments.confirm(replay.judgements()));
        }
        try {
            rebuild.run(replay.judgements());
        } finally {
            confirming.await();
        }
        confirming.join();
        // The cut is made durable before anything is written: else a later crash could find the log
        // going on behind the hole with what was cut off here. First what is behind the hole goes,
        // then the hint says that the log is whole up to there: the other way round a crash between
        // the two would let the next recovery take what is behind for its continuation.
        for (Segment segment : replay.cut()) {
            if (readOnly) {
                segments.ignoreReadOnly(segment);
            } else {
                segments.discard(segment);
            }
        }
        // One more for the record that ends the log where it was cut.
        long lastSequence = rebuild.lastSequence() + (readOnly ? 0 : 1);
        for (Judgement judgement : replay.judgements()) {
            if (readOnly) {
                segments.settleReadOnly(judgement);
            } else {
                Segment segment = judgement.segment();
                segments.settle(
                        judgement, lastSequence, offset -> hashAt(segment, hashSeed, offset));
            }
        }
        return new Recovery(
                index,
                lastSequence,
                false,
                replay.judgements().size(),
                rebuild.recordCount(),
                replay.cutBytes());
    }

    /** Returns how many records there are, as far as hints tell. */
    private static long recordCount(List<Judgement> judgements) {
        long records = 0;
        for (Judgement judgement : judgements) {
            Hint hint = judgement.hint();
            records += hint == null ? 0 : hint.entryCount();
        }
        return records;
    }

    private static long hashAt(SegmentTable segments, long hashSeed, long address) {
        return hashAt(
                segments.get(segments.addresses().segmentId(address)),
                hashSeed,
                segments.addresses().offset(address));
    }

    private static long hashAt(Segment segment, long hashSeed, int offset) {
        ByteBuffer buffer = segment.buffer();
        int keyOffset = offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
        return KeyHash.of(hashSeed, buffer, keyOffset, RecordFormat.keySize(buffer, offset));
    }
}
