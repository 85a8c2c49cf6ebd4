package dev.kvstore.internal.engine;

import dev.kvstore.StoreFailedException;
import dev.kvstore.internal.compaction.Compactor;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.recovery.CloseNote;
import dev.kvstore.internal.storage.EngineThread;
import java.io.IOException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Closes a store: once, whoever calls, and releasing everything whatever fails. */
final class StoreCloser {

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    private final Log log;
    private final HashIndex index;
    private final ReentrantLock writeLock;
    private final StoreGate gate;
    private final @Nullable Compactor compactor;
    private final @Nullable IntervalForcer forcer;
    private final Runnable release;
    private final ReentrantLock closing = new ReentrantLock();
    private boolean closed; // guarded by closing

    /**
     * Makes a closer.
     *
     * @param release gives up mappings and locks
     */
    StoreCloser(
            Log log,
            HashIndex index,
            ReentrantLock writeLock,
            StoreGate gate,
            @Nullable Compactor compactor,
            @Nullable IntervalForcer forcer,
            Runnable release) {
        this.log = log;
        this.index = index;
        this.writeLock = writeLock;
        this.gate = gate;
        this.compactor = compactor;
        this.forcer = forcer;
        this.release = release;
    }

    void close() {
        if (compactor != null) {
            compactor.checkCaller();
        }
        closing.lock();
        try {
            if (closed) {
                return;
            }
            EngineThread.run("kv-close", this::closeOnce);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StoreFailedException(
                    "The store was closed, but its last bytes may not be on the disk ("
                            + e.getMessage()
                            + "). Check the disk; opening the store again recovers everything"
                            + " acknowledged.",
                    e);
        } finally {
            closing.unlock();
        }
    }

    private void closeOnce() throws IOException {
        closed = true; // not before there is a thread to do it
        try {
            gate.announceClose(); // the compactor may be waiting for the end of a backup
            stopBackgroundWork();
            if (gate.isReadOnly()) {
                gate.close();
            } else {
                closeWritable();
            }
        } finally {
            gate.close();
            Lock afterKeepers = log.afterKeepers();
            afterKeepers.lock(); // somebody may be reading a whole segment
            try {
                release.run();
            } finally {
                afterKeepers.unlock();
            }
        }
    }

    private void stopBackgroundWork() {
        if (compactor != null) {
            compactor.stop();
        }
        if (forcer != null) {
            forcer.stop();
        }
    }

    /** Ends whatever threads of a store have been started that could not be opened. */
    void endThreads() {
        stopBackgroundWork();
        log.stop();
    }

    private void closeWritable() throws IOException {
        long position;
        writeLock.lock();
        try {
            // Who holds the lock now has written; who comes later is turned away.
            gate.close();
            position = log.hotTail().position();
        } finally {
            writeLock.unlock();
        }
        try {
            log.commit().await(position);
            log.coldTail().force();
        } finally {
            log.stop();
        }
        if (log.commit().failure() != null) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "The store is closed after a failure; the next open rebuilds the index if"
                            + " anything had been changed.");
            return;
        }
        if (index.isAsClosed()) {
            return; // nothing has been changed since the last close
        }
        try {
            // Without a change it is not yet, if it was found damaged a moment ago.
            index.markInUse();
            // If we crash between the two, the log is known to have been whole; that is true.
            log.noteEnds();
            // If we crash before this is through, the index is rebuilt at the next open.
            index.markClean(CloseNote.write(log.segments(), log.hotTail().lastSequence()));
        } catch (IOException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "The index could not be saved; the next open rebuilds it. Nothing is lost.",
                    e);
        }
    }
}
