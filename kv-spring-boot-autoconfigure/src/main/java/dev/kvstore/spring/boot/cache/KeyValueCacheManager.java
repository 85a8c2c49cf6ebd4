package dev.kvstore.spring.boot.cache;

import dev.kvstore.KeyValueStore;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.transaction.AbstractTransactionSupportingCacheManager;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * {@link CacheManager} whose caches are in a {@link KeyValueStore}. It makes a cache when one is
 * first asked for, unless told to make none but those that were {@linkplain #addCache added}. To be
 * set up before it is used.
 */
public class KeyValueCacheManager extends AbstractTransactionSupportingCacheManager
        implements BeanClassLoaderAware {

    private final KeyValueStore store;
    private final Map<String, KeyValueCacheOptions> added = new LinkedHashMap<>();
    private KeyValueCacheOptions defaultOptions = KeyValueCacheOptions.DEFAULTS;
    private Collection<String> trustedPackages = List.of();
    private boolean makesMissingCaches = true;
    private @Nullable ClassLoader classLoader = ClassUtils.getDefaultClassLoader();

    /**
     * Makes a manager of caches in a store.
     *
     * @param store where the entries are
     */
    public KeyValueCacheManager(KeyValueStore store) {
        Assert.notNull(store, "'store' must not be null");
        this.store = store;
    }

    /**
     * Adds a cache that is there from the start.
     *
     * @param name the name of the cache
     * @param options its options
     */
    public void addCache(String name, KeyValueCacheOptions options) {
        added.put(name, options);
    }

    /**
     * Returns the options of caches that are made when they are first asked for.
     *
     * @return the options
     */
    public KeyValueCacheOptions getDefaultOptions() {
        return defaultOptions;
    }

    /**
     * Sets the options of caches that are made when they are first asked for.
     *
     * @param defaultOptions the options
     */
    public void setDefaultOptions(KeyValueCacheOptions defaultOptions) {
        this.defaultOptions = defaultOptions;
    }

    /**
     * Sets whether a cache that was not added is made when it is first asked for.
     *
     * @param makesMissingCaches true if it is made, as is the default; false if there is none
     */
    public void setMakesMissingCaches(boolean makesMissingCaches) {
        this.makesMissingCaches = makesMissingCaches;
    }

    /**
     * Sets of which packages classes may be cached and read back. Those below them are included.
     *
     * @param trustedPackages the names of the packages
     */
    public void setTrustedPackages(Collection<String> trustedPackages) {
        this.trustedPackages = List.copyOf(trustedPackages);
    }

    @Override
    public void setBeanClassLoader(ClassLoader classLoader) {
        this.classLoader = classLoader;
    }

    @Override
    protected Collection<? extends Cache> loadCaches() {
        return added.entrySet().stream()
                .map(cache -> makeCache(cache.getKey(), cache.getValue()))
                .toList();
    }

    @Override
    protected @Nullable Cache getMissingCache(String name) {
        return makesMissingCaches ? makeCache(name, defaultOptions) : null;
    }

    private KeyValueCache makeCache(String name, KeyValueCacheOptions options) {
        CacheValueFormat values =
                new CacheValueFormat(classLoader, trustedPackages, options.valueType());
        return new KeyValueCache(name, store, options, values);
    }
}
