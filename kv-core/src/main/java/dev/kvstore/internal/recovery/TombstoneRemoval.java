package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.Judgement;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;

/**
 * Takes out of a rebuilt index what it has for the tombstones of some segments, unless a newer
 * value has taken its place. The records were found to be whole before.
 *
 * <p><b>Threads:</b> each has one of its own.
 */
final class TombstoneRemoval implements IndexRebuild.Pass {

    private static final int BATCH_SIZE = 256;

    private final SegmentTable segments;
    private final HashIndex index;
    private final LoggedRecords logged;
    private final long[] hashes = new long[BATCH_SIZE];
    private final long[] addresses = new long[BATCH_SIZE];
    private final long[] places = new long[BATCH_SIZE];
    private int count;

    TombstoneRemoval(SegmentTable segments, HashIndex index, LoggedRecords logged) {
        this.segments = segments;
        this.index = index;
        this.logged = logged;
    }

    @Override
    public void read(Judgement judgement) {
        Segment segment = judgement.segment();
        Hint hint = judgement.hint();
        if (hint != null && hint.isListed()) {
            for (int i = 0; i < hint.entryCount(); i++) {
                if (hint.isTombstone(i)) {
                    add(segment, hint.offset(i), hint.hash(i));
                }
            }
            return;
        }
        RecordScanner scanner = new RecordScanner(segment, judgement.end());
        while (scanner.nextKnown()) {
            if (scanner.isTombstone()) {
                add(segment, scanner.offset(), logged.hashOfKey(segment, scanner.offset()));
            }
        }
    }

    private void add(Segment segment, int offset, long hash) {
        hashes[count] = hash;
        addresses[count] = segments.addresses().of(segment.id(), offset);
        count++;
        if (count == BATCH_SIZE) {
            end();
        }
    }

    @Override
    public void end() {
        index.touch(hashes, 0, count, places);
        for (int i = 0; i < count; i++) {
            long position = index.locate(hashes[i], addresses[i]);
            if (position >= 0) {
                index.remove(position);
            }
        }
        count = 0;
    }
}
