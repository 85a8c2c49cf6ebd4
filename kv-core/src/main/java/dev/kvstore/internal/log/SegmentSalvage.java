package dev.kvstore.internal.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what is whole from a segment, whatever is between. After a place that holds no record,
 * every multiple of eight bytes is tried.
 *
 * <p>The records of a batch whose own record is damaged look like any others, and must not be
 * taken. Sequence numbers give them away: in a hot segment each record has the next one, but the
 * record of a batch, which lies before the others of the batch, has the one after them.
 */
public final class SegmentSalvage {

    /** What is told of a segment. */
    public interface Sink {

        /** A whole record of a value or a tombstone. */
        void whole(int offset);

        /** A record that is not taken, but says of which key it is. */
        void doubtful(int offset);

        /** A range from which nothing was taken. */
        void leftOut(long from, long to, String reason);

        /** The generation of the next hot segment. */
        void nextGeneration(long generation);
    }

    /** A whole record, or a whole batch with its records. */
    private record Item(int offset, int end, int flags, long first, long last) {

        boolean mayBeOfBatch() {
            return flags == 0 || flags == RecordFormat.EXPIRY || flags == RecordFormat.TOMBSTONE;
        }
    }

    /** A place without a whole record. */
    private record Gap(int from, int to, String problem) {}

    private final SalvagedSegment segment;
    private final ByteBuffer buffer;
    private final Sink sink;
    private final int limit;

    private @Nullable Item last;
    private int damagedBatchEnd;
    private long damagedBatchSequence;

    /** Makes what reads one segment, whose life must be known. */
    public SegmentSalvage(SalvagedSegment segment, Sink sink) {
        this.segment = segment;
        this.buffer = segment.buffer();
        this.sink = sink;
        int end = segment.provenEnd();
        this.limit = end < 0 ? segment.sizeBytes() : Math.min(end, segment.sizeBytes());
    }

    /** Reads it. */
    public void run() {
        int at = SegmentFormat.HEADER_SIZE_BYTES;
        Gap gap = null;
        List<Item> items = new ArrayList<>();
        while (at < limit) {
            String problem = segment.problemAt(at, limit);
            if (problem == null) {
                Item item = item(at);
                items.add(item);
                at = item.end();
                if (item.flags() == RecordFormat.END) {
                    break; // behind it is nothing but what earlier lives left
                }
                continue;
            }
            flush(items, gap);
            items.clear();
            gap = new Gap(at, nextWhole(at), problem);
            at = gap.to();
        }
        flush(items, gap);
        if (segment.provenEnd() > limit) {
            sink.leftOut(limit, segment.provenEnd(), "the file is cut short");
        }
    }

    private int nextWhole(int from) {
        for (int at = from + 8; at < limit; at += 8) {
            if (segment.problemAt(at, limit) == null) {
                return at;
            }
        }
        return limit;
    }

    private Item item(int offset) {
        int flags = RecordFormat.flags(buffer, offset);
        long sequence = RecordFormat.sequence(buffer, offset);
        long first = sequence;
        if (flags == RecordFormat.BATCH) {
            first = sequence - buffer.getInt(offset + RecordFormat.HEADER_SIZE_BYTES);
        } else if (flags == RecordFormat.END) {
            sink.nextGeneration(buffer.getLong(offset + RecordFormat.HEADER_SIZE_BYTES));
        }
        return new Item(offset, offset + RecordFormat.size(buffer, offset), flags, first, sequence);
    }

    /** Takes what was whole behind a gap, but for the records of a batch that began in it. */
    private void flush(List<Item> items, @Nullable Gap gap) {
        int ofBatch = 0;
        if (gap != null) {
            boolean provenToEnd = segment.provenEnd() >= 0;
            boolean atEnd = items.isEmpty() && gap.to() >= limit;
            tellDoubtful(gap.from());
            ofBatch = segment.mayHaveBatches() ? countOfDamagedBatch(items, gap) : 0;
            int to = ofBatch == 0 ? gap.to() : items.get(ofBatch - 1).end();
            sink.leftOut(
                    gap.from(),
                    to,
                    ofBatch > 0
                            ? "a batch of which a part is damaged (" + gap.problem() + ")"
                            : atEnd && !provenToEnd
                                    ? "no record, and nothing proves that the log ended here"
                                    : gap.problem());
        }
        for (int i = 0; i < items.size(); i++) {
            if (i < ofBatch) {
                sink.doubtful(items.get(i).offset());
            } else {
                take(items.get(i));
            }
            last = items.get(i);
        }
    }

    private void take(Item item) {
        if (item.mayBeOfBatch()) {
            sink.whole(item.offset());
        } else if (item.flags() == RecordFormat.BATCH) {
            int at = item.offset() + RecordFormat.BATCH_HEADER_SIZE_BYTES;
            while (at < item.end()) {
                sink.whole(at);
                at += RecordFormat.size(buffer, at);
            }
        }
    }

    /** How many of the first records behind a gap belong to a batch whose record is damaged. */
    private int countOfDamagedBatch(List<Item> items, Gap gap) {
        int count = 0;
        while (count < items.size() && items.get(count).mayBeOfBatch()) {
            count++;
        }
        // A number left out between two records that touch is that of a batch which ends there.
        for (int i = 1; i <= count && i < items.size(); i++) {
            if (items.get(i).first() == items.get(i - 1).last() + 2) {
                return i;
            }
        }
        boolean reachesEnd = count == items.size();
        noteDamagedBatch(gap.from());
        if (damagedBatchEnd > gap.from()) {
            int inside = 0;
            while (inside < count
                    && items.get(inside).offset() < damagedBatchEnd
                    && items.get(inside).last() < damagedBatchSequence) {
                inside++;
            }
            return inside > 0 && isSequenceInOrder(items.get(inside - 1)) ? inside : 0;
        }
        // Bytes are missing, and no number is: they held the record of a batch, which has a later
        // one. The batch then goes on to the end of what is whole here.
        Item before = last;
        boolean nothingMissing =
                before != null && count > 0 && items.get(0).first() == before.last() + 1;
        return reachesEnd && (nothingMissing || followsBatchHeader(items, gap)) ? count : 0;
    }

    /**
     * Whether the batch whose record is damaged can be what it seems: between the last record that
     * is whole in it and its own number there are no more numbers than there is room for records.
     * Random bytes hardly ever are.
     */
    private boolean isSequenceInOrder(Item lastInside) {
        long missing = damagedBatchSequence - 1 - lastInside.last();
        long room = (damagedBatchEnd - lastInside.end()) / RecordFormat.size(0, 0, 0);
        return missing >= 0 && missing <= room;
    }

    /**
     * Whether what is left of the 24 bytes before the first whole record says that it is a batch.
     */
    private boolean followsBatchHeader(List<Item> items, Gap gap) {
        if (items.isEmpty()) {
            return false;
        }
        int header = items.get(0).offset() - RecordFormat.BATCH_HEADER_SIZE_BYTES;
        return header >= gap.from()
                && (RecordFormat.flags(buffer, header) == RecordFormat.BATCH
                        || RecordFormat.sequence(buffer, header)
                                == items.get(items.size() - 1).last() + 1);
    }

    /** Remembers how far a batch goes whose own record is readable, but not whole. */
    private void noteDamagedBatch(int offset) {
        if (limit - offset < RecordFormat.BATCH_HEADER_SIZE_BYTES
                || RecordFormat.flags(buffer, offset) != RecordFormat.BATCH
                || !RecordFormat.isPlausible(buffer, offset, limit)) {
            return;
        }
        damagedBatchEnd = offset + RecordFormat.size(buffer, offset);
        damagedBatchSequence = RecordFormat.sequence(buffer, offset);
    }

    /** A record whose value or checksum is damaged may still say of which key it is. */
    private void tellDoubtful(int offset) {
        if (RecordFormat.isPlausible(buffer, offset, limit)
                && RecordFormat.keySize(buffer, offset) > 0) {
            sink.doubtful(offset);
        }
    }
}
