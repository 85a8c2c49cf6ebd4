package dev.kvstore;

/**
 * How far a running compaction is.
 *
 * @param segmentsDone the number of segments dealt with
 * @param segmentsPlanned the number of segments to deal with, as far as is known now; it may grow
 * @param bytesRelocated bytes of records copied so far
 * @param bytesReclaimed bytes of garbage removed so far
 */
public record CompactionProgress(
        int segmentsDone, int segmentsPlanned, long bytesRelocated, long bytesReclaimed) {}
