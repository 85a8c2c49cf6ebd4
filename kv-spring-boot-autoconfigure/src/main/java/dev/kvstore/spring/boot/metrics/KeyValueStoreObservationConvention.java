package dev.kvstore.spring.boot.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * {@link ObservationConvention} of what is observed of stores. A bean of this type replaces the
 * {@linkplain DefaultKeyValueStoreObservationConvention default}. It gives no name, unless it is to
 * replace the names of all that it supports.
 */
public interface KeyValueStoreObservationConvention
        extends ObservationConvention<KeyValueStoreObservationContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof KeyValueStoreObservationContext;
    }
}
