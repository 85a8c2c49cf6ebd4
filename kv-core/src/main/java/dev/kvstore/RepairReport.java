package dev.kvstore;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a repair found and wrote.
 *
 * @param source the directory of the damaged store, which was not changed
 * @param target the directory of the new store
 * @param startedAt when it started
 * @param duration how long it took
 * @param segments the number of segments that records were taken from
 * @param records the number of whole records of values and tombstones that were found
 * @param keys the number of keys that the new store has
 * @param leftOut what was left out, in the order of files and offsets
 * @param doubtfulKeys keys of which a damaged record, or one in a damaged batch, shows that there
 *     was a newer version than any that was found: the new store has an older value or none. Not
 *     all can be told, as damage may hide the key; at most {@value #MAX_DOUBTFUL_KEYS} are listed
 * @param ignoredFiles files of the source that a repair does not use
 */
public record RepairReport(
        Path source,
        Path target,
        Instant startedAt,
        Duration duration,
        int segments,
        long records,
        long keys,
        List<LeftOut> leftOut,
        List<byte[]> doubtfulKeys,
        List<Path> ignoredFiles) {

    /** The most doubtful keys that are listed: 1,000. */
    public static final int MAX_DOUBTFUL_KEYS = 1000;

    /**
     * Makes a report. The lists are copied, but not the keys.
     *
     * @param source the directory of the damaged store
     * @param target the directory of the new store
     * @param startedAt when it started
     * @param duration how long it took
     * @param segments the number of segments that records were taken from
     * @param records the number of whole records that were found
     * @param keys the number of keys that the new store has
     * @param leftOut what was left out
     * @param doubtfulKeys keys of which there was a newer version than any that was found
     * @param ignoredFiles files of the source that were not used
     */
    public RepairReport {
        leftOut = List.copyOf(leftOut);
        doubtfulKeys = List.copyOf(doubtfulKeys);
        ignoredFiles = List.copyOf(ignoredFiles);
    }

    /**
     * Tells whether nothing was left out, so that the new store has everything the old one had.
     *
     * @return true if nothing was left out
     */
    public boolean isComplete() {
        return leftOut.isEmpty();
    }

    /**
     * A range of a file from which nothing was taken.
     *
     * @param file the file
     * @param from where the range begins, in bytes
     * @param to where it ends, in bytes; the same as {@code from} if the file itself is missing
     * @param reason why
     */
    public record LeftOut(Path file, long from, long to, String reason) {}
}
