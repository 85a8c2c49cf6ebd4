package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * What compaction is doing and what it did last.
 *
 * @param running whether one is running
 * @param progress how far the running one is, or null if none is running
 * @param lastReport what the last one did, as far as it came, or null if there was none since
 *     opening
 * @param lastFailure why the last one failed, or null if it did not
 */
public record CompactionStatus(
        boolean running,
        @Nullable CompactionProgress progress,
        @Nullable CompactionReport lastReport,
        @Nullable String lastFailure) {}
