package dev.kvstore.internal.recovery;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.Judgement;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    /**
     * How far ahead of the last record one behind the end may be; only bounds what is looked at.
     */
    private static final long FARTHEST_SEQUENCE = 1 << 20;

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
            if (segments.isOlderThanItsHint(segment)) {
                throw corrupted(segment, 0, "a header of an earlier life than its hint");
            }
            if (segment.kind() == Segment.Kind.HOT) {
                hot.add(segment);
            } else if (segment.kind() == Segment.Kind.COLD) {
                judgeCold(segment);
            }
        }
        hot.sort(Comparator.comparingLong(Segment::generation));
        checkTailIsThere(hot);
        judgeHot(hot);
    }

    /** A hot segment is retired only after the next one was begun, durably. */
    private void checkTailIsThere(List<Segment> hot) {
        long newest = hot.isEmpty() ? 0 : hot.get(hot.size() - 1).generation();
        if (newest < segments.notedHotGeneration()) {
            throw new StoreCorruptedException(
                    "The newest segment of the store in "
                            + segments.directory()
                            + " is missing: another file, of an earlier time, is in its place."
                            + " Nothing was changed. Restore the whole store from a backup.",
                    segments.directory(),
                    -1,
                    null);
        }
    }

    private void judgeCold(Segment segment) throws IOException {
        Hint hint = segments.hintOf(segment);
        if (hint != null) {
            judgements.add(new Judgement(segment, hint.end(), hint));
            return;
        }
        RecordScanner scanner = scan(segment);
        if (isKnownDurable(segment, scanner.end())) {
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
                if (provenLater || isKnownDurable(segment, scanner.end())) {
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
    private boolean isVouchedFor(List<Segment> hot, int from) {
        return hot.subList(from, hot.size()).stream()
                .anyMatch(s -> segments.notedEndOf(s) > 0 || Judgement.provesWhatIsBefore(s));
    }

    /** Whether the store file, or a mark behind an offset, says that it had been on the disk. */
    private boolean isKnownDurable(Segment segment, int offset) {
        return offset < segments.notedEndOf(segment) || Judgement.isMarkedDurable(segment, offset);
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

    /**
     * Returns how many bytes behind the end are traces of writes. The log leaves zeros where the
     * next header will be, so anything else there is one, and so is a whole record further on.
     */
    private static long tornBytes(Segment segment, RecordScanner scanner) {
        ByteBuffer buffer = segment.buffer();
        int end = scanner.end();
        int limit = segment.capacityBytes() - RecordFormat.BATCH_HEADER_SIZE_BYTES;
        if (end > limit) {
            return 0;
        }
        long last = scanner.offset() == 0 ? 0 : scanner.sequence();
        long traces =
                RecordFormat.isNoHeader(buffer, end)
                        ? 0
                        : Math.max(RecordFormat.HEADER_SIZE_BYTES, size(segment, end));
        for (int at = end + 8; at <= limit; at += 8) {
            long ahead = RecordFormat.sequence(buffer, at) - last;
            if (ahead > 0
                    && ahead <= FARTHEST_SEQUENCE
                    && segment.isIntact(at, segment.generation())) {
                traces = Math.max(traces, at + size(segment, at) - end);
            }
        }
        return traces;
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
