package dev.kvstore.internal.engine;

import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreReadOnlyException;
import dev.kvstore.internal.log.GroupCommit;
import java.nio.file.Path;

/** What a store still does: everything, reads only, nothing. */
final class StoreGate {

    private final Path directory;
    private final boolean readOnly;
    private final GroupCommit commit;
    private volatile boolean closing;
    private volatile boolean closed;

    StoreGate(Path directory, boolean readOnly, GroupCommit commit) {
        this.directory = directory;
        this.readOnly = readOnly;
        this.commit = commit;
    }

    /** Says that the store will be closed: from now on only what is short is done. */
    void announceClose() {
        closing = true;
    }

    /** As {@link #checkOpen}, for what would take its time. */
    void checkNotClosing() {
        if (closing) {
            throw closed();
        }
    }

    boolean isClosed() {
        return closed;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    void checkOpen() {
        if (closed) {
            throw closed();
        }
    }

    private StoreClosedException closed() {
        return new StoreClosedException(
                "The store in " + directory + " has been closed. Open it again to use it.");
    }

    void checkWritable() {
        checkOpen();
        if (readOnly) {
            throw new StoreReadOnlyException(
                    "The store in "
                            + directory
                            + " was opened read-only. Open it without readOnly to write.");
        }
        commit.throwIfFailed();
    }

    /** Stops writes for good. */
    void fail(Throwable e) {
        commit.fail(e);
    }

    /** Stops everything for good. */
    void close() {
        closed = true;
    }
}
