package dev.kvstore.contract;

/**
 * Level 1: entries are set, read, updated and deleted, kept in files, and everything that can go
 * wrong is a typed error. For every implementation.
 */
public abstract class BasicContract extends StoreContract
        implements Operations,
                Encodings,
                Ownership,
                Limits,
                Batches,
                TimeToLive,
                Scans,
                Figures,
                Lifecycle,
                Verification,
                Backups {}
