package dev.kvstore.concurrent;

import dev.kvstore.KeyValueStore;
import dev.kvstore.concurrent.LinearizabilityRun.End;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import java.util.List;

/** Stores as a user has them. */
final class StoresOnDisk implements LinearizabilityRun.Source {

    private final StoreExtension stores;
    private final StoreOptions options;

    StoresOnDisk(StoreExtension stores, StoreOptions options) {
        this.stores = stores;
        this.options = options;
    }

    @Override
    public KeyValueStore begin() {
        stores.close();
        StoreFiles.delete(stores.directory());
        return stores.open(options);
    }

    @Override
    public void close() {
        stores.close();
    }

    @Override
    public KeyValueStore reopen(End end) {
        if (end == End.KILLED) {
            return stores.reopenAsIfKilled();
        }
        if (end == End.CLOSED_AND_INDEX_LOST) {
            StoreFiles.delete(stores.directory().resolve("index.kvi"));
        }
        return stores.reopen();
    }

    @Override
    public List<End> ends() {
        return List.of(End.values());
    }
}
