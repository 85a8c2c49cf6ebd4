package dev.kvstore.contract;

/**
 * Level 2: compaction gives the space of obsolete entries back, and neither loses what is live nor
 * brings back what is gone. For every implementation that accounts for garbage.
 */
public abstract class CompactionContract extends StoreContract
        implements Reclaiming, NothingComesBack, CompactionFigures, BackgroundCompaction {}
