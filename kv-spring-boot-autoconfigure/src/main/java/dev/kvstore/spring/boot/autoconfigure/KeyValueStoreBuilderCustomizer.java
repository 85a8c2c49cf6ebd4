package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStoreBuilder;

/**
 * Changes the builder of the auto-configured store before it is opened, after the properties have
 * been applied to it. For what no property can say, such as a clock that tests can move:
 *
 * <pre>{@code
 * @Bean
 * KeyValueStoreBuilderCustomizer storeClock(Clock clock) {
 *     return builder -> builder.clock(clock);
 * }
 * }</pre>
 *
 * <p>Every bean of this type is called, in the order of {@code @Order}.
 */
@FunctionalInterface
public interface KeyValueStoreBuilderCustomizer {

    /**
     * Changes the builder.
     *
     * @param builder the builder, with the properties applied
     */
    void customize(KeyValueStoreBuilder builder);
}
