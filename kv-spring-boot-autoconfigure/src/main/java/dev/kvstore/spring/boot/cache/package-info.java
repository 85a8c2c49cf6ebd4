/**
 * Spring's cache abstraction on a store, so that cached values survive a restart and a kill. {@link
 * dev.kvstore.spring.boot.cache.KeyValueCacheManager} makes the caches; how keys and values become
 * bytes is in {@code CacheKeyFormat} and {@code CacheValueFormat}.
 */
@NullMarked
package dev.kvstore.spring.boot.cache;

import org.jspecify.annotations.NullMarked;
