package dev.kvstore.internal.engine;

import dev.kvstore.BackupReport;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.LogImage;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongBiFunction;

/**
 * Writes a backup into an empty directory. The store file comes last: before it is there, the
 * directory is no store, and opening it is refused.
 */
final class StoreBackup {

    private final Log log;
    private final ReentrantLock writeLock;
    private final StoreGate gate;
    private final ToLongBiFunction<Segment, Integer> hashAt;

    StoreBackup(
            Log log,
            ReentrantLock writeLock,
            StoreGate gate,
            ToLongBiFunction<Segment, Integer> hashAt) {
        this.log = log;
        this.writeLock = writeLock;
        this.gate = gate;
        this.hashAt = hashAt;
    }

    /** Writes the backup; see {@link CopyTarget}. */
    BackupReport write(Path directory, Storage target) throws IOException {
        Instant startedAt = Instant.now();
        long startedNanos = System.nanoTime();
        LogImage image;
        long lastSequence;
        Lock keepingSegments = log.keepingSegments();
        keepingSegments.lock();
        try {
            gate.checkNotClosing();
            writeLock.lock();
            try {
                image = log.image();
                lastSequence = log.hotTail().lastSequence();
            } finally {
                writeLock.unlock();
            }
            image.writeSegments(target, hashAt, gate::checkNotClosing);
        } finally {
            keepingSegments.unlock();
        }
        image.finish(target);
        return new BackupReport(
                directory,
                startedAt,
                Duration.ofNanos(System.nanoTime() - startedNanos),
                image.segmentCount(),
                image.linkedCount(),
                image.bytes(),
                lastSequence);
    }
}
