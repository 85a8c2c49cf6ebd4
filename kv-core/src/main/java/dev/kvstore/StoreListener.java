package dev.kvstore;

import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Is told when a store begins something that takes long, and when that has ended. Each method is
 * called at the beginning and returns what is to be called at the end, on the same thread, with the
 * report and the failure, each of which may be null.
 *
 * <p>What takes long waits for the listener, so it should be quick. It may use the store, but from
 * {@link #compactionStarted()} to its end neither compact nor close it. What it throws is logged
 * and has no other effect.
 */
public interface StoreListener {

    /**
     * Called when a compaction begins, in the background or by call, on a thread of the store.
     *
     * @return called when it has ended: with a report, and a failure if it did not do all that it
     *     was to do; with neither if closing the store cut it short
     */
    default BiConsumer<@Nullable CompactionReport, @Nullable Throwable> compactionStarted() {
        return (report, failure) -> {};
    }

    /**
     * Called when a backup begins, on the thread that called {@link KeyValueStore#backup}.
     *
     * @param target the directory to write it to
     * @return called when it has ended: with a report, or else a failure
     */
    default BiConsumer<@Nullable BackupReport, @Nullable Throwable> backupStarted(Path target) {
        return (report, failure) -> {};
    }
}
