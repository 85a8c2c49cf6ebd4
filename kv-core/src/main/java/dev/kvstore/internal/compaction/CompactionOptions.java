package dev.kvstore.internal.compaction;

import java.time.Duration;

/**
 * How compaction works.
 *
 * @param inBackground whether it works without being asked
 * @param interval how often it looks at least whether there is enough garbage
 * @param garbageRatio the share of garbage above which it works
 * @param rateLimitBytesPerSecond how many bytes it reads a second in the background; 0 for no limit
 */
public record CompactionOptions(
        boolean inBackground,
        Duration interval,
        double garbageRatio,
        long rateLimitBytesPerSecond) {}
