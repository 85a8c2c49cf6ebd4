package dev.kvstore.internal.recovery;

import dev.kvstore.VerificationReport;
import dev.kvstore.VerificationReport.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a verification has read and found so far. One thread at a time. */
final class Findings {

    private final List<Problem> problems = new ArrayList<>();
    private int segments;
    private long records;
    private long bytes;
    private long keys;

    void add(Path file, long offset, String description) {
        if (!areFull()) {
            problems.add(new Problem(file, offset, description));
        }
    }

    /** Whether there are so many problems that more would tell nobody anything. */
    boolean areFull() {
        return problems.size() >= VerificationReport.MAX_PROBLEMS;
    }

    void countSegment() {
        segments++;
    }

    void countRecord(long sizeBytes) {
        records++;
        bytes += sizeBytes;
    }

    void countKey() {
        keys++;
    }

    int segments() {
        return segments;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    long keys() {
        return keys;
    }

    List<Problem> problems() {
        return problems;
    }
}
