package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStoreBuilder;

/**
 * Changes the builder of each auto-configured store before it is opened, after the properties have
 * been applied to it. For what no property can say, such as a clock that tests can move:
 *
 * <pre>{@code
 * @Bean
 * KeyValueStoreBuilderCustomizer storeClock(Clock clock) {
 *     return builder -> builder.clock(clock);
 * }
 * }</pre>
 *
 * <p>Every bean of this type is called for every store, in the order of {@code @Order}; one that is
 * made by {@link #forStore forStore} changes a single store.
 */
@FunctionalInterface
public interface KeyValueStoreBuilderCustomizer {

    /**
     * Changes the builder.
     *
     * @param builder the builder, with the properties applied
     */
    void customize(KeyValueStoreBuilder builder);

    /**
     * Changes the builder of the store of a name. By default it does for each store what {@link
     * #customize(KeyValueStoreBuilder)} does.
     *
     * @param store the name of the store, {@code keyValueStore} for the default one
     * @param builder the builder, with the properties applied
     */
    default void customize(String store, KeyValueStoreBuilder builder) {
        customize(builder);
    }

    /**
     * Makes a customizer for one store.
     *
     * @param name the name of the store, {@code keyValueStore} for the default one
     * @param customizer what changes its builder
     * @return a customizer that leaves the builders of all other stores alone
     */
    static KeyValueStoreBuilderCustomizer forStore(
            String name, KeyValueStoreBuilderCustomizer customizer) {
        return new KeyValueStoreBuilderCustomizer() {
            @Override
            public void customize(KeyValueStoreBuilder builder) {
                customizer.customize(builder);
            }

            @Override
            public void customize(String store, KeyValueStoreBuilder builder) {
                if (store.equals(name)) {
                    customizer.customize(store, builder);
                }
            }
        };
    }
}
