package dev.kvstore.spring.boot.cache;

import java.lang.reflect.Type;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * Options of a {@link KeyValueCache}.
 *
 * @param timeToLive how long an entry is kept from when it is put, at least 1 ms, or null for ever
 * @param nullValues whether null may be cached
 * @param valueType what all values are read as, or null if each is stored with its class
 */
public record KeyValueCacheOptions(
        @Nullable Duration timeToLive, boolean nullValues, @Nullable Type valueType) {

    /** The options of a cache of which nothing else is said. */
    public static final KeyValueCacheOptions DEFAULTS = new KeyValueCacheOptions(null, true, null);

    /** Checks the time to live. */
    public KeyValueCacheOptions {
        Assert.isTrue(
                timeToLive == null || timeToLive.compareTo(Duration.ofMillis(1)) >= 0,
                "'timeToLive' must be at least 1 ms");
    }

    /**
     * Returns these options with another time to live.
     *
     * @param timeToLive how long an entry is kept, at least 1 ms, or null for ever
     * @return the options
     */
    public KeyValueCacheOptions withTimeToLive(@Nullable Duration timeToLive) {
        return new KeyValueCacheOptions(timeToLive, nullValues, valueType);
    }

    /**
     * Returns these options with or without null.
     *
     * @param nullValues whether null may be cached
     * @return the options
     */
    public KeyValueCacheOptions withNullValues(boolean nullValues) {
        return new KeyValueCacheOptions(timeToLive, nullValues, valueType);
    }

    /**
     * Returns these options with a type for all values.
     *
     * @param valueType what all values are read as, or null if each is stored with its class
     * @return the options
     */
    public KeyValueCacheOptions withValueType(@Nullable Type valueType) {
        return new KeyValueCacheOptions(timeToLive, nullValues, valueType);
    }
}
