package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreProperties.Store;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Makes the stores that the properties describe. */
final class KeyValueStoreFactory {

    /** The name of the default store. */
    static final String DEFAULT_STORE = "keyValueStore";

    /** The name of the bean with all stores. */
    static final String ALL_STORES = "keyValueStores";

    private static final String PREFIX = "kv";

    private final KeyValueStoreProperties properties;
    private final List<KeyValueStoreBuilderCustomizer> customizers;
    private final StorePaths paths = new StorePaths();

    KeyValueStoreFactory(
            KeyValueStoreProperties properties, List<KeyValueStoreBuilderCustomizer> customizers) {
        this.properties = properties;
        this.customizers = customizers;
    }

    /** Makes the default store; the bean opens it. */
    RestartableKeyValueStore defaultStore() {
        KeyValueStoreBuilder builder = KeyValueStore.builder();
        PropertiesMapper mapper = new PropertiesMapper(PREFIX);
        Store store = properties.asStore();
        mapper.applyPaths(store, builder);
        mapper.applyOptions(store, builder);
        return create(DEFAULT_STORE, PREFIX, store, builder);
    }

    /** Makes the store under {@code kv.stores} of the given name; the bean opens it. */
    RestartableKeyValueStore namedStore(String name) {
        KeyValueStoreBuilder builder = KeyValueStore.builder();
        String prefix = StoreNames.prefixOf(name);
        Store store = properties.getStores().get(name);
        store = store == null ? Store.EMPTY : store;
        if (!StringUtils.hasText(store.dataPath())) {
            store = store.withDataPath(defaultDataPath(name));
        }
        new PropertiesMapper(PREFIX).applyOptions(properties.asStore(), builder);
        PropertiesMapper mapper = new PropertiesMapper(prefix);
        mapper.applyPaths(store, builder);
        mapper.applyOptions(store, builder);
        return create(name, prefix, store, builder);
    }

    // In the default store's directory, as a volume may be mounted there, and what is beside it
    // would be gone with the container. The store itself looks at files only.
    private @Nullable String defaultDataPath(String name) {
        String dataPath = properties.getDataPath();
        if (!StringUtils.hasText(dataPath)) {
            return null;
        }
        Path directory = new PropertiesMapper(PREFIX).toPath("data-path", dataPath);
        return directory.resolve("stores").resolve(name).toString();
    }

    private RestartableKeyValueStore create(
            String name, String prefix, Store store, KeyValueStoreBuilder builder) {
        paths.claim(prefix, store);
        customizers.forEach(customizer -> customizer.customize(name, builder));
        return new RestartableKeyValueStore(
                new ConfiguredStoreOpener(prefix, store.dataPath(), builder));
    }
}
