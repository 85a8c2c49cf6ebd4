package dev.kvstore.spring.boot;

import dev.kvstore.KeyValueStore;
import java.util.Set;

/**
 * All stores of an application by name. A store has the name of its bean: {@code keyValueStore} is
 * the default one, one configured under {@code kv.stores.<name>} has that name, and the
 * application's own {@link KeyValueStore} beans are here too.
 */
public interface KeyValueStores {

    /**
     * Returns a store.
     *
     * @param name the name of the store
     * @return the store
     * @throws NoSuchKeyValueStoreException if there is no store of that name
     */
    KeyValueStore get(String name);

    /**
     * Returns the names of all stores.
     *
     * @return the names; cannot be changed
     */
    Set<String> names();
}
