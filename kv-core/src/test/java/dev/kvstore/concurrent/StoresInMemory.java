package dev.kvstore.concurrent;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.concurrent.LinearizabilityRun.End;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import dev.kvstore.testing.MemoryStorage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores without a disk to wait for, and with the shortest of segments: each life of a segment
 * lasts for a few writes, so a thread that is suspended for a moment finds all it knew moved.
 */
final class StoresInMemory implements LinearizabilityRun.Source {

    private static final int SEGMENT_SIZE_BYTES = 32 << 10;

    private final Durability durability;
    private final boolean verifyChecksums;
    private MemoryStorage storage = new MemoryStorage(Path.of("/memory"));
    private @Nullable KeyValueStore store;

    StoresInMemory(Durability durability, boolean verifyChecksums) {
        this.durability = durability;
        this.verifyChecksums = verifyChecksums;
    }

    @Override
    public KeyValueStore begin() {
        close();
        storage = new MemoryStorage(Path.of("/memory"));
        return open();
    }

    private KeyValueStore open() {
        StoreOptions options =
                new StoreOptions(
                        storage.directory(),
                        null,
                        durability,
                        Duration.ofMillis(1),
                        SEGMENT_SIZE_BYTES,
                        100,
                        1 << 20,
                        new CompactionOptions(true, Duration.ofMillis(1), 0.05, 0),
                        false,
                        verifyChecksums,
                        0,
                        Clock.systemUTC());
        store = StoreOpener.open(options, storage);
        return store;
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
            store = null;
        }
    }

    @Override
    public KeyValueStore reopen(End end) {
        if (end == End.CLOSED_AND_INDEX_LOST) {
            storage.delete("index.kvi");
        }
        return open();
    }

    @Override
    public List<End> ends() {
        return List.of(End.AT_REST, End.CLOSED, End.AT_REST, End.CLOSED_AND_INDEX_LOST);
    }
}
