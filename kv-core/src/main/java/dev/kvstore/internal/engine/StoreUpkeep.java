package dev.kvstore.internal.engine;

import dev.kvstore.BackupReport;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.VerificationReport;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.recovery.RecordKey;
import dev.kvstore.internal.recovery.StoreVerifier;
import dev.kvstore.internal.storage.EngineThread;
import dev.kvstore.internal.storage.Storage;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What reads a whole store while others use it, on a thread of the engine. */
final class StoreUpkeep {

    private final Storage storage;
    private final Log log;
    private final HashIndex index;
    private final ReentrantLock writeLock;
    private final StoreGate gate;
    private final PendingWrites pending;
    private final StoreListeners listeners;
    private final long hashSeed;
    private final Path indexFile;

    StoreUpkeep(
            Storage storage,
            Log log,
            HashIndex index,
            ReentrantLock writeLock,
            StoreGate gate,
            PendingWrites pending,
            StoreListeners listeners,
            long hashSeed,
            Path indexFile) {
        this.storage = storage;
        this.log = log;
        this.index = index;
        this.writeLock = writeLock;
        this.gate = gate;
        this.pending = pending;
        this.listeners = listeners;
        this.hashSeed = hashSeed;
        this.indexFile = indexFile;
    }

    VerificationReport verify() {
        gate.checkNotClosing();
        StoreVerifier verifier =
                new StoreVerifier(
                        log,
                        index,
                        hashSeed,
                        writeLock,
                        indexFile,
                        gate.isReadOnly(),
                        (key, hash) -> pending.newest(key, hash) != null,
                        gate::checkNotClosing);
        try {
            return EngineThread.call("kv-verify", verifier::run);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new KeyValueStoreException(
                    "The store in "
                            + log.segments().directory()
                            + " could not be verified, because its files could not be read ("
                            + e.getMessage()
                            + "). Check the disk, and try again.",
                    e);
        }
    }

    BackupReport backup(Path target) {
        gate.checkNotClosing();
        Path directory = target.toAbsolutePath();
        BiConsumer<@Nullable BackupReport, @Nullable Throwable> ending =
                listeners.backupStarted(directory);
        BackupReport report = null;
        Throwable failure = null;
        try {
            report = backupTo(directory);
            return report;
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            ending.accept(report, failure);
        }
    }

    private BackupReport backupTo(Path directory) {
        StoreBackup backup =
                new StoreBackup(
                        log,
                        writeLock,
                        gate,
                        (segment, offset) -> RecordKey.hash(hashSeed, segment.buffer(), offset));
        try {
            return EngineThread.call(
                    "kv-backup",
                    () ->
                            CopyTarget.fill(
                                    storage, directory, copy -> backup.write(directory, copy)));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw StoreOpener.cannotWrite("The backup", directory, e);
        }
    }
}
