package dev.kvstore.spring.boot.cache;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.cache.metrics.CacheMeterBinderProvider;

/** {@link CacheMeterBinderProvider} of caches in a key-value store. */
public class KeyValueCacheMeterBinderProvider implements CacheMeterBinderProvider<KeyValueCache> {

    /** Makes a provider. */
    public KeyValueCacheMeterBinderProvider() {}

    @Override
    public MeterBinder getMeterBinder(KeyValueCache cache, Iterable<Tag> tags) {
        return new KeyValueCacheMetrics(cache, tags);
    }
}
