package dev.kvstore.model;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreFactory;
import dev.kvstore.testing.StoreOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Opens model stores, and remembers what each directory holds. */
public final class ModelStores implements StoreFactory {

    /** Makes a store, perhaps one that is wrong on purpose. */
    @FunctionalInterface
    public interface Maker {
        KeyValueStore make(Path directory, StoreOptions options, ModelDisk disk);
    }

    private final Map<Path, ModelDisk> disks = new ConcurrentHashMap<>();
    private final Maker maker;

    public ModelStores() {
        this(ModelStore::new);
    }

    public ModelStores(Maker maker) {
        this.maker = maker;
    }

    @Override
    public KeyValueStore open(Path directory, StoreOptions options) {
        return maker.make(directory, options, disk(directory));
    }

    private ModelDisk disk(Path directory) {
        return disks.computeIfAbsent(directory.toAbsolutePath(), path -> new ModelDisk(this::disk));
    }
}
