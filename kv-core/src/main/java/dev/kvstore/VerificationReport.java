package dev.kvstore;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a verification of a store read and found.
 *
 * @param startedAt when it started
 * @param duration how long it took
 * @param segments the number of segments that hold records and were read
 * @param records the number of whole records in them, obsolete ones and the log's own included
 * @param bytes bytes of those records
 * @param keys the number of entries of the index that were followed to their records
 * @param problems what is not as it should be, in no particular order; verification ends when there
 *     are {@value #MAX_PROBLEMS}
 */
public record VerificationReport(
        Instant startedAt,
        Duration duration,
        int segments,
        long records,
        long bytes,
        long keys,
        List<Problem> problems) {

    /** The most problems that are listed: 1,000. */
    public static final int MAX_PROBLEMS = 1000;

    /**
     * Makes a report. The list is copied.
     *
     * @param startedAt when it started
     * @param duration how long it took
     * @param segments the number of segments that were read
     * @param records the number of whole records in them
     * @param bytes bytes of those records
     * @param keys the number of entries of the index that were followed
     * @param problems what is not as it should be
     */
    public VerificationReport {
        problems = List.copyOf(problems);
    }

    /**
     * Tells whether everything is as it should be.
     *
     * @return true if there is no problem
     */
    public boolean isSound() {
        return problems.isEmpty();
    }

    /**
     * One thing that is not as it should be.
     *
     * @param file the file it is in
     * @param offset where in the file, in bytes, or -1 if the whole file is meant
     * @param description what is wrong
     */
    public record Problem(Path file, long offset, String description) {}
}
