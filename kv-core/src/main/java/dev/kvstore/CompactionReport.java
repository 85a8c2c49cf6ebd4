package dev.kvstore;

import java.time.Duration;
import java.time.Instant;

/**
 * What one compaction did.
 *
 * @param startedAt when it started
 * @param duration how long it took
 * @param segmentsCompacted the number of segments it emptied
 * @param recordsRelocated the number of records it copied because they are still needed
 * @param bytesRelocated bytes of those records
 * @param bytesReclaimed bytes of garbage it removed from the log
 * @param diskBytesBefore bytes of all files of the store when it started
 * @param diskBytesAfter bytes of all files of the store when it ended
 */
public record CompactionReport(
        Instant startedAt,
        Duration duration,
        int segmentsCompacted,
        long recordsRelocated,
        long bytesRelocated,
        long bytesReclaimed,
        long diskBytesBefore,
        long diskBytesAfter) {}
