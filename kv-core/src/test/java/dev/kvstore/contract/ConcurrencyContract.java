package dev.kvstore.contract;

/**
 * Level 3: any number of threads, interrupted or not, while compaction runs and the store may be
 * closed at any moment. For every implementation.
 */
public abstract class ConcurrencyContract extends StoreContract
        implements ManyThreads, DuringCompaction, Interrupts, ClosingRaces {}
