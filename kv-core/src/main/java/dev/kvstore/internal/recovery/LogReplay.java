package dev.kvstore.internal.recovery;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.Judgement;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the log ends.
 *
 * <p>A hot segment with a hint is whole, and so is every hot one before it. Behind the last such
 * segment the log ends at the first invalid record, or where a segment of the chain is missing, and
 * what lies behind that is cut off: it was never acknowledged as durable. Unless a mark says that
 * it had been on the disk: then it is not torn but damaged, and the store refuses to open.
 *
 * <p>A cold segment holds copies whose originals went only after a mark vouched for the copies: it
 * ends for itself.
 */
final class LogReplay {

    private final SegmentTable segments;
    private final List<Judgement> judgements = new ArrayList<>();
    private final List<Segment> cut = new ArrayList<>();
    private long cutBytes;

    LogReplay(SegmentTable segments) {
        this.segments = segments;
    }

    /** The segments that hold records, and where they end. */
    List<Judgement> judgements() {
        return judgements;
    }

    /** The segments behind the end of the log. */
    List<Segment> cut() {
        return cut;
    }

    /** Bytes that were cut off, as far as they can be told from what was there before. */
    long cutBytes() {
        return cutBytes;
    }

    void run() throws IOException {
        List<Segment> hot = new ArrayList<>();
        for (Segment segment : segments.all()) {
            if (segment.kind() == Segment.Kind.HOT) {
                hot.add(segment);
            } else if (segment.kind() == Segment.Kind.COLD) {
                judgeCold(segment);
            }
        }
        hot.sort(Comparator.comparingLong(Segment::generation));
        judgeHot(hot);
    }

    private void judgeCold(Segment segment) throws IOException {
        Hint hint = segments.hintOf(segment);
        if (hint != null) {
            judgements.add(new Judgement(segment, hint.end(), hint));
            return;
        }
        RecordScanner scanner = scan(segment);
        if (Judgement.isMarkedDurable(segment, scanner.end())) {
            throw corrupted(segment, scanner.end(), scanner.problem());
        }
        judgements.add(new Judgement(segment, scanner.end(), null));
    }

    private void judgeHot(List<Segment> hot) throws IOException {
        List<@Nullable Hint> hints = new ArrayList<>();
        int proven = -1;
        for (int i = 0; i < hot.size(); i++) {
            hints.add(segments.hintOf(hot.get(i)));
            proven = hints.get(i) != null ? i : proven;
        }
        boolean ended = false;
        for (int i = 0; i < hot.size(); i++) {
            Segment segment = hot.get(i);
            Hint hint = hints.get(i);
            if (hint != null) {
                judgements.add(new Judgement(segment, hint.end(), hint));
                continue;
            }
            if (!ended && i > proven) {
                ended = !isNext(hot, i) && !isVouchedFor(hot, i);
            }
            if (ended) {
                cutOff(segment);
                continue;
            }
            RecordScanner scanner = scan(segment);
            judgements.add(new Judgement(segment, scanner.end(), null));
            if (!endsWithEnd(segment, scanner)) {
                boolean provenLater = i < proven || isVouchedFor(hot, i + 1);
                if (provenLater || Judgement.isMarkedDurable(segment, scanner.end())) {
                    throw corrupted(segment, scanner.end(), scanner.problem());
                }
                cutBytes += tornBytes(segment, scanner);
                ended = true;
            }
        }
    }

    /** Whether the segment before this one in the chain is there, or there never was one. */
    private static boolean isNext(List<Segment> hot, int i) {
        long previous = hot.get(i).previousGeneration();
        return previous == 0 || (i > 0 && hot.get(i - 1).generation() == previous);
    }

    /** Whether this segment, or a later one, says that all before it was on the disk. */
    private static boolean isVouchedFor(List<Segment> hot, int from) {
        return hot.subList(from, hot.size()).stream().anyMatch(Judgement::provesWhatIsBefore);
    }

    private void cutOff(Segment segment) {
        cut.add(segment);
        cutBytes += scan(segment).end();
    }

    private static RecordScanner scan(Segment segment) {
        RecordScanner scanner = new RecordScanner(segment, segment.capacityBytes());
        while (scanner.next() && scanner.flags() != RecordFormat.END) {
            continue; // behind an end there is nothing but what earlier lives left
        }
        return scanner;
    }

    private static boolean endsWithEnd(Segment segment, RecordScanner scanner) {
        return scanner.problem() == null && scanner.flags() == RecordFormat.END;
    }

    /** A header with the next sequence number is one of this life: its record is torn. */
    private static long tornBytes(Segment segment, RecordScanner scanner) {
        int end = scanner.end();
        if (segment.capacityBytes() - end < RecordFormat.HEADER_SIZE_BYTES) {
            return 0;
        }
        long last = scanner.offset() == 0 ? 0 : scanner.sequence();
        boolean torn = last > 0 && RecordFormat.sequence(segment.buffer(), end) == last + 1;
        return torn ? Math.max(RecordFormat.HEADER_SIZE_BYTES, size(segment, end)) : 0;
    }

    private static long size(Segment segment, int offset) {
        int flags = RecordFormat.flags(segment.buffer(), offset);
        int keySize = RecordFormat.keySize(segment.buffer(), offset);
        int valueSize = RecordFormat.valueSize(segment.buffer(), offset);
        return Math.min(
                RecordFormat.size(flags, keySize, Math.max(0, valueSize)),
                segment.capacityBytes() - offset);
    }

    private StoreCorruptedException corrupted(
            Segment segment, int offset, @Nullable String problem) {
        Path file = segments.pathOf(segment.id());
        return new StoreCorruptedException(
                file
                        + " has "
                        + (problem == null ? "no end" : problem)
                        + " at offset "
                        + offset
                        + ", where the data had been safely on the disk: this is damage, not an"
                        + " interrupted write. Nothing was changed. Restore the store from a"
                        + " backup, or salvage it with KeyValueStore.repair.",
                file,
                offset,
                null);
    }
}
