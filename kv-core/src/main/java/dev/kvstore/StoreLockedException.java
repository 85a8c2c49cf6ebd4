package dev.kvstore;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store is open already: a directory is used by one store that writes, or by several that are
 * read-only, at a time.
 *
 * @serial exclude
 */
public final class StoreLockedException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    private final String path;
    private final long ownerPid;
    private final @Nullable Instant since;
    private final boolean sameJvm;

    /**
     * Makes an exception.
     *
     * @param message who holds what since when, and what to do
     * @param path what is locked
     * @param ownerPid the process that holds it or did so last, or -1 if unknown
     * @param since since when it has held it, or null if unknown
     * @param sameJvm whether the holder is this very process
     */
    public StoreLockedException(
            String message, Path path, long ownerPid, @Nullable Instant since, boolean sameJvm) {
        super(message, null);
        this.path = path.toString();
        this.ownerPid = ownerPid;
        this.since = since;
        this.sameJvm = sameJvm;
    }

    /**
     * Returns what is locked.
     *
     * @return the directory or file
     */
    public Path path() {
        return Path.of(path);
    }

    /**
     * Returns the process that opened the store to write last. It is the one that holds the lock,
     * unless others hold it who have the store open read-only: these leave no trace.
     *
     * @return its process id, or -1 if unknown
     */
    public long ownerPid() {
        return ownerPid;
    }

    /**
     * Returns when the process of {@link #ownerPid()} opened the store.
     *
     * @return the time, if known
     */
    public Optional<Instant> since() {
        return Optional.ofNullable(since);
    }

    /**
     * Tells whether this very process holds the lock.
     *
     * @return true if it does
     */
    public boolean sameJvm() {
        return sameJvm;
    }
}
