package dev.kvstore.internal.engine;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.RepairReport;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.StoreFile;
import dev.kvstore.internal.recovery.StoreRepairer;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.EngineThread;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Repairs a store into an empty directory. The new store is written by the engine itself, in a
 * directory that becomes a store only when all is in it and durable.
 */
public final class StoreRepair {

    private StoreRepair() {}

    /** Repairs, and waits for it, whatever interrupts the caller. */
    public static RepairReport run(Path source, Path target) {
        Path directory = target.toAbsolutePath();
        try {
            return EngineThread.call(
                    "kv-repair",
                    () -> {
                        try (Storage damaged = openSource(source)) {
                            return repair(damaged, directory);
                        }
                    });
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw StoreOpener.cannotWrite("The repair of " + source, directory, e);
        }
    }

    private static Storage openSource(Path source) throws IOException {
        try {
            return DiskStorage.open(source, false);
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new KeyValueStoreException(
                    "There is no directory " + source + " to repair a store in. Check the path.",
                    e);
        }
    }

    /** Salvages what is in one directory to another. On a thread of the engine. */
    public static RepairReport repair(Storage source, Path directory) throws IOException {
        Instant startedAt = Instant.now();
        long startedNanos = System.nanoTime();
        source.lock(StoreOpener.LOCK_NAME, true);
        StoreRepairer repairer = StoreRepairer.open(source);
        return CopyTarget.fill(
                source,
                directory,
                target -> {
                    write(repairer, target);
                    return new RepairReport(
                            source.directory(),
                            directory,
                            startedAt,
                            Duration.ofNanos(System.nanoTime() - startedNanos),
                            repairer.segmentsRead(),
                            repairer.records(),
                            repairer.keys(),
                            repairer.leftOut(),
                            repairer.doubtfulKeys(),
                            repairer.ignoredFiles());
                });
    }

    private static void write(StoreRepairer repairer, Storage target) throws IOException {
        repairer.read();
        LogStructuredStore store =
                StoreOpener.openUnfinished(
                        options(target.directory(), repairer.segmentSizeBytes()), target);
        try {
            repairer.write(store::setUntil);
        } finally {
            store.close();
        }
        // If we crash before this, the directory has segments and no store file, and is refused.
        StoreFile.finish(target);
    }

    private static StoreOptions options(Path directory, long segmentSizeBytes) {
        return new StoreOptions(
                directory,
                null,
                Durability.OS,
                Duration.ofSeconds(1),
                segmentSizeBytes,
                RecordFormat.MAX_KEY_SIZE_BYTES,
                Integer.MAX_VALUE,
                new CompactionOptions(false, Duration.ofSeconds(10), 0.4, 0),
                false,
                true,
                0,
                Clock.systemUTC());
    }
}
