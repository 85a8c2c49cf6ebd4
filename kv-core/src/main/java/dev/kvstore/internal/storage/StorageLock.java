package dev.kvstore.internal.storage;

/** A lock on a directory, held until it is closed or the process ends. */
public interface StorageLock extends AutoCloseable {

    /** Releases the lock. Closing twice does nothing. */
    @Override
    void close();
}
