package dev.kvstore;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * What a backup wrote.
 *
 * @param target the directory of the backup
 * @param startedAt when it started
 * @param duration how long it took
 * @param segments the number of segments that hold records
 * @param linkedSegments the number of those that share their file with the store and take no space
 *     of their own
 * @param bytes bytes of all records
 * @param lastSequence the sequence number of the newest record, as in {@link StoreStats}: every
 *     write up to it is in the backup, and none after it
 */
public record BackupReport(
        Path target,
        Instant startedAt,
        Duration duration,
        int segments,
        int linkedSegments,
        long bytes,
        long lastSequence) {}
