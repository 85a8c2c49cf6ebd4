package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import java.util.function.Supplier;

/**
 * Takes part when the starter opens a store: at the start, and again whenever the store's bean is
 * started after it was stopped. May do something before and after, listen to the store, or put
 * another one in front of it that passes calls on:
 *
 * <pre>{@code
 * @Bean
 * KeyValueStoreOpeningInterceptor compactionLog() {
 *     return (name, opening) -> {
 *         KeyValueStore store = opening.get();
 *         store.addListener(new CompactionLog(name));
 *         return store;
 *     };
 * }
 * }</pre>
 *
 * <p>Every bean of this type is called, in the order of {@code @Order}, each around the next.
 * Stores open early, so these beans are made early too.
 */
@FunctionalInterface
public interface KeyValueStoreOpeningInterceptor {

    /**
     * Opens a store.
     *
     * @param name the name of the store's bean
     * @param opening opens it; to be called once
     * @return the store; closing it closes what {@code opening} has given
     */
    KeyValueStore open(String name, Supplier<KeyValueStore> opening);
}
