package dev.kvstore.internal.engine;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.internal.compaction.Compactor;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.IndexRegions;
import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import dev.kvstore.internal.log.SegmentTable;
import dev.kvstore.internal.log.StoreFile;
import dev.kvstore.internal.recovery.Recovery;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.EngineThread;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores. The steps, each of which may be cut short by a crash and is then taken again: lock;
 * create or read the store file; map the segments; recover; start the threads.
 */
public final class StoreOpener {

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    static final String LOCK_NAME = "lock";
    static final String INDEX_NAME = "index.kvi";

    private final StoreOptions options;
    private final Storage storage;
    private final Storage indexStorage;
    private final String indexName;
    private boolean unfinished;

    private StoreOpener(
            StoreOptions options, Storage storage, Storage indexStorage, String indexName) {
        this.options = options;
        this.storage = storage;
        this.indexStorage = indexStorage;
        this.indexName = indexName;
    }

    /** Opens a store on the disk, creating it if need be. */
    public static KeyValueStore open(StoreOptions options) {
        Path directory = options.dataPath().toAbsolutePath();
        return onEngineThread(
                directory,
                () -> {
                    boolean create = !options.readOnly();
                    Storage storage = DiskStorage.open(directory, create, pieces(options));
                    Path index = options.indexPath();
                    if (index == null) {
                        return new StoreOpener(options, storage, storage, INDEX_NAME).open();
                    }
                    Path parent = index.toAbsolutePath().getParent();
                    Path name = index.getFileName();
                    if (parent == null || name == null) {
                        throw new KeyValueStoreException(
                                "The index path " + index + " names no file.", null);
                    }
                    Storage indexStorage = DiskStorage.open(parent, create, pieces(options));
                    return new StoreOpener(options, storage, indexStorage, name.toString()).open();
                });
    }

    /** Where every commit, or every second, forces what little was written, pieces are small. */
    private static DiskStorage.Pieces pieces(StoreOptions options) {
        return options.durability() == Durability.OS
                ? DiskStorage.Pieces.LARGE
                : DiskStorage.Pieces.SMALL;
    }

    /** Opens a store on any storage, with its index in the same. */
    public static KeyValueStore open(StoreOptions options, Storage storage) {
        return onEngineThread(
                storage.directory(),
                () -> new StoreOpener(options, storage, storage, INDEX_NAME).open());
    }

    /**
     * Makes a store in an empty directory that is none yet for others; see {@link
     * StoreFile#finish}. The caller has locked the directory, and it stays locked when the store is
     * closed. On a thread of the engine.
     */
    static LogStructuredStore openUnfinished(StoreOptions options, Storage storage)
            throws IOException {
        StoreOpener opener = new StoreOpener(options, storage, storage, INDEX_NAME);
        opener.unfinished = true;
        return opener.open();
    }

    private static KeyValueStore onEngineThread(
            Path directory, java.util.concurrent.Callable<KeyValueStore> task) {
        try {
            return EngineThread.call("kv-open", task);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw cannotOpen(directory, e);
        }
    }

    private static KeyValueStoreException cannotOpen(Path directory, Exception e) {
        String start = "The store in " + directory + " could not be opened: ";
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("No space left")) {
            return new StoreFullException(start + reason + ". Make room on the disk.", e);
        }
        return new KeyValueStoreException(start + whyNotOpen(e), e);
    }

    private static String whyNotOpen(Exception e) {
        String reason = String.valueOf(e.getMessage());
        if (e instanceof AccessDeniedException) {
            return "no permission for "
                    + reason
                    + ". Give this user read and write access to it, or choose another path.";
        }
        if (e instanceof NoSuchFileException) {
            return "there is no " + reason + ". Check the path.";
        }
        if (e instanceof NotDirectoryException) {
            return reason + " is not a directory. Choose another path.";
        }
        if (reason.endsWith("Read-only file system")) {
            return reason + ". Make it writable, open the store read-only, or choose another path.";
        }
        return e + ".";
    }

    /** Says why a copy of a store could not be written. */
    static KeyValueStoreException cannotWrite(String what, Path directory, Exception e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("No space left")) {
            return new StoreFullException(
                    what
                            + " to "
                            + directory
                            + " was given up: "
                            + reason
                            + ". There is no store in it. Make room on the disk, or choose another"
                            + " one.",
                    e);
        }
        return new KeyValueStoreException(
                what
                        + " to "
                        + directory
                        + " was given up: "
                        + e
                        + ". There is no store in it. Check the disk and the permissions, or choose"
                        + " another directory.",
                e);
    }

    private LogStructuredStore open() throws IOException {
        boolean opened = false;
        try {
            lock();
            LogStructuredStore store = openLocked();
            opened = true;
            return store;
        } finally {
            if (!opened) {
                release();
            }
        }
    }

    private void lock() throws IOException {
        if (unfinished) {
            return; // the caller has, and gives it up
        }
        storage.lock(LOCK_NAME, options.readOnly());
        if (!indexStorage.directory().equals(storage.directory())) {
            // Another store may have been given the same index file by mistake.
            indexStorage.lock(indexName + ".lock", options.readOnly());
        }
    }

    /** The index may be in the same storage; closing that twice does no harm. */
    private void release() {
        if (unfinished) {
            return;
        }
        try {
            indexStorage.close();
        } finally {
            storage.close();
        }
    }

    private LogStructuredStore openLocked() throws IOException {
        long startedAt = System.nanoTime();
        StoreFile existing = StoreFile.open(storage, !options.readOnly());
        StoreFile storeFile = existing != null ? existing : createStoreFile();
        SegmentTable segments = SegmentTable.open(storage, storeFile, !options.readOnly());
        Recovery recovery = recover(storeFile, segments);
        if (!options.readOnly() && segments.isACopyLost()) {
            recovery.index().markInUse();
            segments.mendCopies(); // not before: a store that is refused stays as it is
        }
        RecoveryReport report =
                new RecoveryReport(
                        existing == null,
                        recovery.clean(),
                        Duration.ofNanos(System.nanoTime() - startedAt),
                        recovery.segmentsRead(),
                        recovery.recordsRead(),
                        recovery.cutBytes());
        logReport(report);
        return assemble(storeFile, segments, recovery, report);
    }

    private StoreFile createStoreFile() throws IOException {
        if (options.readOnly()) {
            throw new KeyValueStoreException(
                    "There is no store in "
                            + storage.directory()
                            + ", and opening read-only creates none. Check the path.",
                    new NoSuchFileException(
                            storage.directory().resolve(StoreFile.NAME).toString()));
        }
        boolean hasSegments = storage.list().stream().anyMatch(name -> name.endsWith(".kvs"));
        if (hasSegments) {
            Path file = storage.directory().resolve(StoreFile.NAME);
            throw new StoreCorruptedException(
                    file
                            + " is missing, but there are segments beside it. Nothing was changed."
                            + " Restore the file, or the store, from a backup.",
                    file,
                    -1,
                    null);
        }
        return unfinished
                ? StoreFile.begin(storage, options.segmentSizeBytes())
                : StoreFile.create(storage, options.segmentSizeBytes());
    }

    private Recovery recover(StoreFile storeFile, SegmentTable segments) throws IOException {
        long storeId = storeFile.storeId();
        long hashSeed = storeFile.hashSeed();
        if (!options.readOnly()) {
            IndexRegions regions = IndexRegions.ofFile(indexStorage, indexName, true);
            return Recovery.run(segments, regions, storeId, hashSeed);
        }
        return Recovery.runReadOnly(
                segments, IndexRegions.ofFile(indexStorage, indexName, false), storeId, hashSeed);
    }

    private void logReport(RecoveryReport report) {
        boolean rebuilt = !report.clean() && !report.created();
        LOGGER.log(
                report.cutBytes() > 0 ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                () ->
                        "Opened the store in "
                                + storage.directory()
                                + (report.created() ? ", new" : "")
                                + (rebuilt
                                        ? ", rebuilding the index from "
                                                + report.segmentsRead()
                                                + " segments"
                                        : "")
                                + (report.cutBytes() > 0
                                        ? ", cutting off "
                                                + report.cutBytes()
                                                + " bytes of unfinished writes"
                                        : "")
                                + ", in "
                                + report.duration().toMillis()
                                + " ms.");
    }

    private LogStructuredStore assemble(
            StoreFile storeFile, SegmentTable segments, Recovery recovery, RecoveryReport report) {
        HashIndex index = recovery.index();
        ReentrantLock writeLock = new WriteLock();
        PendingWrites pending = new PendingWrites();
        WritePath[] writePath = new WritePath[1];
        Log log =
                new Log(
                        storage,
                        storeFile,
                        segments,
                        writeLock,
                        position -> writePath[0].publish(position),
                        new IndexPreparation(index),
                        address -> hashAt(segments, storeFile.hashSeed(), address),
                        options.freeDiskFloorBytes(),
                        options.durability() == Durability.SYNC);
        StoreGate gate = new StoreGate(storage.directory(), options.readOnly(), log.commit());
        WritePath writes =
                new WritePath(
                        log,
                        index,
                        writeLock,
                        gate,
                        storeFile.hashSeed(),
                        options.durability(),
                        options.clock(),
                        pending);
        writePath[0] = writes;
        StoreListeners listeners = new StoreListeners();
        Compactor compactor = null;
        IntervalForcer forcer = null;
        if (!options.readOnly()) {
            compactor =
                    new Compactor(
                            log,
                            index,
                            writeLock,
                            storeFile.hashSeed(),
                            (int) storeFile.segmentSizeBytes(),
                            writes,
                            () -> segments.diskBytes() + index.sizeBytes(),
                            options.compaction(),
                            listeners::compactionStarted);
            if (options.durability() == Durability.INTERVAL) {
                forcer = new IntervalForcer(IntervalForcer.of(log), options.forceInterval());
            }
        }
        StoreCloser closer =
                new StoreCloser(log, index, writeLock, gate, compactor, forcer, this::release);
        if (options.readOnly()) {
            log.startReadOnly(recovery.lastSequence());
        } else {
            start(log, recovery, closer, compactor, forcer);
        }
        StoreUpkeep upkeep =
                new StoreUpkeep(
                        storage,
                        log,
                        index,
                        writeLock,
                        gate,
                        pending,
                        listeners,
                        storeFile.hashSeed(),
                        indexStorage.directory().resolve(indexName));
        return new LogStructuredStore(
                options,
                log,
                index,
                gate,
                writes,
                compactor,
                upkeep,
                listeners,
                closer,
                storeFile.hashSeed(),
                report);
    }

    private static void start(
            Log log,
            Recovery recovery,
            StoreCloser closer,
            @Nullable Compactor compactor,
            @Nullable IntervalForcer forcer) {
        boolean started = false;
        try {
            log.start(recovery.lastSequence(), recovery.clean());
            if (compactor != null) {
                compactor.start();
            }
            if (forcer != null) {
                forcer.start();
            }
            started = true;
        } finally {
            if (!started) {
                closer.endThreads(); // the system may have no more threads for us
            }
        }
    }

    private static long hashAt(SegmentTable segments, long hashSeed, long address) {
        Segment segment = segments.get(segments.addresses().segmentId(address));
        int offset = segments.addresses().offset(address);
        int keyOffset =
                offset + RecordFormat.headerSize(RecordFormat.flags(segment.buffer(), offset));
        int keySize = RecordFormat.keySize(segment.buffer(), offset);
        return KeyHash.of(hashSeed, segment.buffer(), keyOffset, keySize);
    }

    private record IndexPreparation(HashIndex index) implements Log.Preparation {

        @Override
        public boolean isWanted() {
            return index.wantsPreparing();
        }

        @Override
        public void prepare() throws IOException {
            index.prepare();
        }

        @Override
        public void beginChange() throws IOException {
            index.markInUse();
        }
    }
}
