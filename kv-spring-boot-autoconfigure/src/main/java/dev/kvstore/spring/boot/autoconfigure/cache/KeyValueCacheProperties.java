package dev.kvstore.spring.boot.autoconfigure.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Properties of the caches in a store. */
@ConfigurationProperties("kv.cache")
public class KeyValueCacheProperties {

    /** Name of the bean of the store that has the caches' entries. By default, the only store. */
    private @Nullable String store;

    /** How long an entry is kept from when it is put. By default, until it is evicted. */
    private @Nullable Duration timeToLive;

    /** Whether null may be cached. */
    private boolean cacheNullValues = true;

    /** Whether puts and evictions in a transaction wait until it is committed. */
    private boolean transactionAware;

    /**
     * Comma-separated list of packages whose classes may be cached and read back, in addition to
     * those of the application.
     */
    private List<String> trustedPackages = new ArrayList<>();

    /** Caches that are there from the start, by name, and what they have of their own. */
    private Map<String, Cache> caches = new LinkedHashMap<>();

    /** Makes properties with the defaults. */
    public KeyValueCacheProperties() {}

    public @Nullable String getStore() {
        return store;
    }

    public void setStore(@Nullable String store) {
        this.store = store;
    }

    public @Nullable Duration getTimeToLive() {
        return timeToLive;
    }

    public void setTimeToLive(@Nullable Duration timeToLive) {
        this.timeToLive = timeToLive;
    }

    public boolean isCacheNullValues() {
        return cacheNullValues;
    }

    public void setCacheNullValues(boolean cacheNullValues) {
        this.cacheNullValues = cacheNullValues;
    }

    public boolean isTransactionAware() {
        return transactionAware;
    }

    public void setTransactionAware(boolean transactionAware) {
        this.transactionAware = transactionAware;
    }

    public List<String> getTrustedPackages() {
        return trustedPackages;
    }

    public void setTrustedPackages(List<String> trustedPackages) {
        this.trustedPackages = trustedPackages;
    }

    public Map<String, Cache> getCaches() {
        return caches;
    }

    public void setCaches(Map<String, Cache> caches) {
        this.caches = caches;
    }

    /** Properties of one cache. */
    public static class Cache {

        /** How long an entry is kept from when it is put. By default, as long as in all caches. */
        private @Nullable Duration timeToLive;

        /**
         * Type that all values are read as, such as 'java.util.List&lt;com.example.Cart&gt;'. By
         * default, each is stored with its class.
         */
        private @Nullable String valueType;

        /** Makes properties with the defaults. */
        public Cache() {}

        public @Nullable Duration getTimeToLive() {
            return timeToLive;
        }

        public void setTimeToLive(@Nullable Duration timeToLive) {
            this.timeToLive = timeToLive;
        }

        public @Nullable String getValueType() {
            return valueType;
        }

        public void setValueType(@Nullable String valueType) {
            this.valueType = valueType;
        }
    }
}
