package dev.kvstore.internal.recovery;

import dev.kvstore.internal.log.Hint;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.RecordScanner;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Checks one life of one segment: its header, its records up to where they ended at a moment, and
 * its hint. The caller makes sure that the life does not end meanwhile.
 */
final class SegmentCheck {

    private final SegmentTable segments;
    private final Findings findings;
    private final Segment segment;
    private final Path file;

    private long firstSequence;
    private long lastSequence;
    private long nextGeneration = -1;

    // The batch that the scan is in.
    private int batchEnd;
    private long batchSequence;
    private int batchRecordsLeft;

    SegmentCheck(SegmentTable segments, Findings findings, Segment segment) {
        this.segments = segments;
        this.findings = findings;
        this.segment = segment;
        this.file = segments.pathOf(segment.id());
    }

    /** The lowest sequence number of a hot segment, or 0 if it has none. */
    long firstSequence() {
        return firstSequence;
    }

    /** The highest sequence number of a hot segment, or 0 if it has none. */
    long lastSequence() {
        return lastSequence;
    }

    /** The generation that the end record names, or -1 if there is none. */
    long nextGeneration() {
        return nextGeneration;
    }

    /**
     * Checks the records.
     *
     * @param tail where they ended
     * @param onValue called at each record of a value
     */
    void checkRecords(int tail, Consumer<RecordScanner> onValue) {
        findings.countSegment();
        RecordScanner scanner = new RecordScanner(segment, tail);
        while (!findings.areFull()) {
            if (scanner.next()) {
                check(scanner, tail);
                findings.countRecord(
                        scanner.isBatch() ? RecordFormat.BATCH_HEADER_SIZE_BYTES : scanner.size());
                if (scanner.isValue()) {
                    onValue.accept(scanner);
                }
                continue;
            }
            if (scanner.problem() == null) {
                break;
            }
            findings.add(file, scanner.end(), scanner.problem());
            batchEnd = 0;
            if (!scanner.skipDamage()) {
                return;
            }
        }
        leaveBatchAt(tail);
    }

    private void check(RecordScanner scanner, int tail) {
        leaveBatchAt(scanner.offset());
        if (scanner.offset() % 8 != 0 || (nextGeneration >= 0)) {
            problem(scanner, "a record behind the end of the segment");
        }
        switch (scanner.flags()) {
            case RecordFormat.MARK -> checkMark(scanner);
            case RecordFormat.END -> nextGeneration = scanner.note();
            default -> {}
        }
        if (segment.kind() == Segment.Kind.COLD) {
            if (scanner.isBatch() || scanner.flags() == RecordFormat.END) {
                problem(scanner, "a record of a kind that compaction does not write");
            }
            return;
        }
        checkOrder(scanner, tail);
    }

    /** In a hot segment the sequence grows; that of a batch is above those of its records. */
    private void checkOrder(RecordScanner scanner, int tail) {
        long sequence = scanner.sequence();
        if (sequence <= lastSequence) {
            problem(scanner, "a sequence number that is not above the one before");
        }
        if (scanner.isBatch()) {
            batchSequence = sequence;
            batchEnd = scanner.offset() + scanner.size();
            batchRecordsLeft = scanner.batchCount();
            if (batchEnd > tail) {
                problem(scanner, "a batch that goes beyond the end of the segment");
            }
            firstSequence = firstSequence == 0 ? sequence - batchRecordsLeft : firstSequence;
            return;
        }
        if (batchEnd > 0) {
            batchRecordsLeft--;
            if (sequence >= batchSequence
                    || scanner.offset() + scanner.size() > batchEnd
                    || !(scanner.isValue() || scanner.isTombstone())) {
                problem(scanner, "a record that does not belong into its batch");
            }
        }
        firstSequence = firstSequence == 0 ? sequence : firstSequence;
        lastSequence = sequence;
    }

    private void leaveBatchAt(int offset) {
        if (batchEnd > 0 && offset >= batchEnd) {
            if (batchRecordsLeft != 0) {
                findings.add(file, offset, "a batch with another number of records than it says");
            }
            lastSequence = batchSequence;
            batchEnd = 0;
        }
    }

    private void checkMark(RecordScanner scanner) {
        if (scanner.note() > scanner.offset() || scanner.note() < 0) {
            problem(scanner, "a mark that vouches for what comes after it");
        }
    }

    private void problem(RecordScanner scanner, String description) {
        findings.add(file, scanner.offset(), description);
    }

    /**
     * Checks the hint, once the records are known to be whole.
     *
     * @param required whether there must be one
     */
    void checkHint(boolean required, IntToLongFunction hashAt) throws IOException {
        Path hintFile = segments.hintPathOf(segment.id());
        Hint hint = segments.hintOf(segment);
        if (hint == null) {
            if (required) {
                findings.add(hintFile, -1, "no whole hint, and its segment is proven by one");
            }
            return;
        }
        @Nullable String problem = hint.problem(segment, hashAt);
        if (problem != null) {
            findings.add(hintFile, 0, problem);
        }
    }
}
