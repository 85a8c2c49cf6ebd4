package dev.kvstore.spring.boot.cache;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.cache.CacheMeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * {@link CacheMeterBinder} of a {@link KeyValueCache}. It has no {@code cache.size}: to count the
 * entries takes a pass over the keys of the store.
 */
class KeyValueCacheMetrics extends CacheMeterBinder<KeyValueCache> {

    KeyValueCacheMetrics(KeyValueCache cache, Iterable<Tag> tags) {
        super(cache, cache.getName(), tags);
    }

    @Override
    protected @Nullable Long size() {
        return null;
    }

    @Override
    protected long hitCount() {
        KeyValueCache cache = getCache();
        return cache == null ? 0 : cache.hits();
    }

    @Override
    protected @Nullable Long missCount() {
        KeyValueCache cache = getCache();
        return cache == null ? null : cache.misses();
    }

    @Override
    protected @Nullable Long evictionCount() {
        return null; // Nothing is evicted for want of room.
    }

    @Override
    protected long putCount() {
        KeyValueCache cache = getCache();
        return cache == null ? 0 : cache.puts();
    }

    @Override
    protected void bindImplementationSpecificMetrics(MeterRegistry registry) {
        FunctionCounter.builder("cache.removals", getCache(), KeyValueCache::removals)
                .tags(getTagsWithCacheName())
                .description("Entries that were evicted by a caller or cleared")
                .register(registry);
        FunctionCounter.builder("cache.unreadable", getCache(), KeyValueCache::unreadable)
                .tags(getTagsWithCacheName())
                .description("Lookups that found an entry that cannot be read any more")
                .register(registry);
    }
}
