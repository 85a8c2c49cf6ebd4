package dev.kvstore.spring.boot.metrics;

import dev.kvstore.BackupReport;
import dev.kvstore.CompactionReport;
import dev.kvstore.spring.boot.metrics.KeyValueStoreObservation.HighCardinalityKeyNames;
import dev.kvstore.spring.boot.metrics.KeyValueStoreObservation.LowCardinalityKeyNames;
import io.micrometer.common.KeyValues;

/** Names and tags by default: as those of the meters and, on spans, as OpenTelemetry has them. */
public class DefaultKeyValueStoreObservationConvention
        implements KeyValueStoreObservationConvention {

    /** Makes a convention. */
    public DefaultKeyValueStoreObservationConvention() {}

    @Override
    public String getContextualName(KeyValueStoreObservationContext context) {
        return "kv " + context.getOperation() + " " + context.getStoreName();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(KeyValueStoreObservationContext context) {
        KeyValues values =
                KeyValues.of(LowCardinalityKeyNames.NAME.withValue(context.getStoreName()));
        return context.getObserved() == KeyValueStoreObservation.OPERATION
                ? values.and(LowCardinalityKeyNames.OPERATION.withValue(context.getOperation()))
                : values;
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(KeyValueStoreObservationContext context) {
        KeyValues values =
                KeyValues.of(
                        HighCardinalityKeyNames.DB_SYSTEM_NAME.withValue("kvstore"),
                        HighCardinalityKeyNames.DB_NAMESPACE.withValue(context.getStoreName()));
        if (context.getObserved() == KeyValueStoreObservation.OPERATION) {
            return values.and(
                    HighCardinalityKeyNames.DB_OPERATION_NAME.withValue(context.getOperation()));
        }
        if (context.getReport() instanceof CompactionReport report) {
            return values.and(
                    HighCardinalityKeyNames.RECLAIMED_BYTES.withValue(
                            Long.toString(report.bytesReclaimed())),
                    HighCardinalityKeyNames.RELOCATED_BYTES.withValue(
                            Long.toString(report.bytesRelocated())));
        }
        if (context.getReport() instanceof BackupReport report) {
            return values.and(
                    HighCardinalityKeyNames.BACKUP_BYTES.withValue(Long.toString(report.bytes())));
        }
        return values;
    }
}
