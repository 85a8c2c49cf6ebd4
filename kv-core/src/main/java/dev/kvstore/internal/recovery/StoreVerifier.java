package dev.kvstore.internal.recovery;

import dev.kvstore.VerificationReport;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Checks everything there is of an open store while others use it.
 *
 * <p>Why a finding is certain: a segment is checked while it can not be retired, and up to the end
 * that its records had at a moment; what is before that never changes in that life. What depends on
 * the index, which changes all the time, is looked at a second time with the write lock held.
 * Nothing else waits for long: compaction waits before it retires a segment for as long as one
 * other is read, and writers for as long as a few records are.
 */
public final class StoreVerifier {

    /** What has been written and is not in the index yet. */
    @FunctionalInterface
    public interface PendingKeys {
        /** Whether there is a pending write of a key. The write lock is held. */
        boolean has(byte[] key, long hash);
    }

    /** A segment in use when the verification began. */
    private record Life(Segment segment, long generation, long previousGeneration, boolean hot) {}

    private final Log log;
    private final SegmentTable segments;
    private final HashIndex index;
    private final long hashSeed;
    private final ReentrantLock writeLock;
    private final Path indexFile;
    private final boolean readOnly;
    private final PendingKeys pending;
    private final Runnable checkOpen;
    private final Findings findings = new Findings();

    /** Makes what serves one verification. */
    public StoreVerifier(
            Log log,
            HashIndex index,
            long hashSeed,
            ReentrantLock writeLock,
            Path indexFile,
            boolean readOnly,
            PendingKeys pending,
            Runnable checkOpen) {
        this.log = log;
        this.segments = log.segments();
        this.index = index;
        this.hashSeed = hashSeed;
        this.writeLock = writeLock;
        this.indexFile = indexFile;
        this.readOnly = readOnly;
        this.pending = pending;
        this.checkOpen = checkOpen;
    }

    /** Verifies. */
    public VerificationReport run() throws IOException {
        Instant startedAt = Instant.now();
        long startedNanos = System.nanoTime();
        checkStoreFile();
        List<Life> lives = lives();
        if (areFilesComplete(lives)) {
            checkChain(lives);
            checkFreeSegments();
            checkSegments(lives);
            checkIndex();
        }
        return new VerificationReport(
                startedAt,
                Duration.ofNanos(System.nanoTime() - startedNanos),
                findings.segments(),
                findings.records(),
                findings.bytes(),
                findings.keys(),
                findings.problems());
    }

    /**
     * Whether no file has become shorter under the store: then the memory behind its end is gone,
     * and the process could die of reading there, so nothing else is looked at.
     */
    private boolean areFilesComplete(List<Life> lives) throws IOException {
        boolean complete = true;
        for (Life life : lives) {
            log.keepingSegments().lock();
            try {
                checkOpen.run();
                if (isStillThere(life) && !segments.isComplete(life.segment())) {
                    problem(life, "a file that is shorter than it was when it was opened");
                    complete = false;
                }
            } finally {
                log.keepingSegments().unlock();
            }
        }
        return complete;
    }

    /** As {@link SegmentTable#isInLife}, which says under which lock. */
    private boolean isStillThere(Life life) {
        return segments.isInLife(life.segment(), life.generation());
    }

    private void checkIndex() {
        if (!findings.areFull()) {
            new IndexCheck(log, index, hashSeed, writeLock, indexFile, checkOpen, findings).run();
        }
    }

    private void checkStoreFile() {
        log.keepingSegments().lock();
        try {
            checkOpen.run();
            String problem = segments.storeFileProblem(!readOnly);
            if (problem != null) {
                findings.add(segments.storeFilePath(), 0, problem);
            }
        } finally {
            log.keepingSegments().unlock();
        }
    }

    /** The segments that hold records now, in the order of generations. */
    private List<Life> lives() {
        List<Life> lives = new ArrayList<>();
        writeLock.lock();
        try {
            for (Segment segment : segments.all()) {
                if (segment.kind() != Segment.Kind.FREE) {
                    lives.add(
                            new Life(
                                    segment,
                                    segment.generation(),
                                    segment.previousGeneration(),
                                    segment.kind() == Segment.Kind.HOT));
                }
            }
        } finally {
            writeLock.unlock();
        }
        lives.sort(Comparator.comparingLong(Life::generation));
        return lives;
    }

    /** Each hot segment names the one before it, or one that compaction has retired since. */
    private void checkChain(List<Life> lives) {
        long generation = 0;
        long hotGeneration = 0;
        for (Life life : lives) {
            if (life.generation() == generation) {
                problem(life, "the generation of another segment");
            }
            generation = life.generation();
            if (life.hot()) {
                if (life.previousGeneration() < hotGeneration
                        || life.previousGeneration() >= generation) {
                    problem(life, "a previous generation that is not that of the one before it");
                }
                hotGeneration = generation;
            }
        }
    }

    /** What holds no records begins a life only with the write lock held. */
    private void checkFreeSegments() {
        if (readOnly) {
            return; // what was cut off at the open counts as free, and says otherwise on the disk
        }
        writeLock.lock();
        try {
            checkOpen.run();
            for (Segment segment : segments.all()) {
                String problem =
                        segment.kind() == Segment.Kind.FREE ? segment.headerProblem(true) : null;
                if (problem != null) {
                    findings.add(segments.pathOf(segment.id()), 0, problem);
                }
            }
        } finally {
            writeLock.unlock();
        }
    }

    private void checkSegments(List<Life> lives) throws IOException {
        KeyCheck keys = new KeyCheck(log, index, hashSeed, writeLock, pending, findings);
        Map<Long, SegmentCheck> hot = new HashMap<>();
        for (Life life : lives) {
            if (findings.areFull()) {
                return;
            }
            log.keepingSegments().lock();
            try {
                checkOpen.run();
                SegmentCheck check = checkSegment(life, keys);
                if (check != null && life.hot()) {
                    hot.put(life.generation(), check);
                }
                if (keys.isFull()) {
                    keys.explainMissing();
                }
            } finally {
                log.keepingSegments().unlock();
            }
        }
        checkOrder(lives, hot);
        log.keepingSegments().lock();
        try {
            checkOpen.run();
            keys.explainMissing();
        } finally {
            log.keepingSegments().unlock();
        }
    }

    private @Nullable SegmentCheck checkSegment(Life life, KeyCheck keys) throws IOException {
        Segment segment = life.segment();
        Segment.State state;
        int tail;
        writeLock.lock();
        try {
            if (!isStillThere(life)) {
                return null; // compaction was quicker
            }
            state = segment.state();
            tail = segment.settledTail();
        } finally {
            writeLock.unlock();
        }
        String header = segment.headerProblem(!readOnly);
        if (header != null) {
            findings.add(segments.pathOf(segment.id()), 0, header);
        }
        SegmentCheck check = new SegmentCheck(segments, findings, segment);
        int problems = findings.problems().size();
        check.checkRecords(tail, record -> keys.check(segment, record));
        if (state == Segment.State.PROVEN && findings.problems().size() == problems) {
            check.checkHint(
                    !readOnly, offset -> RecordKey.hash(hashSeed, segment.buffer(), offset));
        }
        return check;
    }

    /** What a hot segment says of the next one, and the order of sequences across them. */
    private void checkOrder(List<Life> lives, Map<Long, SegmentCheck> hot) {
        long sequence = 0;
        for (Life life : lives) {
            SegmentCheck check = hot.get(life.generation());
            if (check == null) {
                continue;
            }
            SegmentCheck before = hot.get(life.previousGeneration());
            if (before != null && before.nextGeneration() > life.generation()) {
                // A later one is in order: that which was named may have been lost with a crash.
                problem(life, "an earlier generation than the segment before it names");
            }
            if (check.firstSequence() > 0) {
                if (check.firstSequence() <= sequence) {
                    problem(life, "sequence numbers that are not above those before it");
                }
                sequence = check.lastSequence();
            }
        }
    }

    private void problem(Life life, String description) {
        findings.add(segments.pathOf(life.segment().id()), 0, description);
    }
}
