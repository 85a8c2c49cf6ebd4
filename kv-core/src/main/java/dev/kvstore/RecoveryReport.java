package dev.kvstore;

import java.time.Duration;

/**
 * What opening a store found and did.
 *
 * @param created whether the store did not exist before
 * @param clean whether the store had been closed properly, so that its index could be used as it is
 * @param duration how long opening took
 * @param segmentsRead the number of segments whose hints or records were read to rebuild the index;
 *     0 after a clean close
 * @param recordsRead the number of records or hint entries read for it
 * @param cutBytes bytes at the end of the log that were not whole records, or came after one that
 *     was not, and were left out: writes that had not been acknowledged as durable
 */
public record RecoveryReport(
        boolean created,
        boolean clean,
        Duration duration,
        int segmentsRead,
        long recordsRead,
        long cutBytes) {}
