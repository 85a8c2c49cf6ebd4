package dev.kvstore.spring.boot.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.docs.ObservationDocumentation;

/** What is observed of stores. */
public enum KeyValueStoreObservation implements ObservationDocumentation {

    /** A store is opened, at the start or when its bean is started again. */
    OPEN("kv.open"),

    /** A store is compacted, in the background or by call. */
    COMPACTION("kv.compaction") {
        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return new KeyName[] {
                HighCardinalityKeyNames.DB_SYSTEM_NAME,
                HighCardinalityKeyNames.DB_NAMESPACE,
                HighCardinalityKeyNames.RECLAIMED_BYTES,
                HighCardinalityKeyNames.RELOCATED_BYTES
            };
        }
    },

    /** A backup is written. */
    BACKUP("kv.backup") {
        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return new KeyName[] {
                HighCardinalityKeyNames.DB_SYSTEM_NAME,
                HighCardinalityKeyNames.DB_NAMESPACE,
                HighCardinalityKeyNames.BACKUP_BYTES
            };
        }
    },

    /** A value is read or written. Observed only where an application wants that. */
    OPERATION("kv.operation") {
        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return new KeyName[] {LowCardinalityKeyNames.NAME, LowCardinalityKeyNames.OPERATION};
        }

        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return new KeyName[] {
                HighCardinalityKeyNames.DB_SYSTEM_NAME,
                HighCardinalityKeyNames.DB_NAMESPACE,
                HighCardinalityKeyNames.DB_OPERATION_NAME
            };
        }
    };

    private final String name;

    KeyValueStoreObservation(String name) {
        this.name = name;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public KeyName[] getLowCardinalityKeyNames() {
        return new KeyName[] {LowCardinalityKeyNames.NAME};
    }

    @Override
    public KeyName[] getHighCardinalityKeyNames() {
        return new KeyName[] {
            HighCardinalityKeyNames.DB_SYSTEM_NAME, HighCardinalityKeyNames.DB_NAMESPACE
        };
    }

    /** Names of what becomes a tag of meters and of spans. */
    public enum LowCardinalityKeyNames implements KeyName {

        /** Name of the store. */
        NAME {
            @Override
            public String asString() {
                return "name";
            }
        },

        /** Which operation it is. */
        OPERATION {
            @Override
            public String asString() {
                return "operation";
            }
        }
    }

    /** Names of what becomes a tag of spans only. None is ever a key of the store. */
    public enum HighCardinalityKeyNames implements KeyName {

        /** Always {@code kvstore}. */
        DB_SYSTEM_NAME {
            @Override
            public String asString() {
                return "db.system.name";
            }
        },

        /** Name of the store, as OpenTelemetry calls it. */
        DB_NAMESPACE {
            @Override
            public String asString() {
                return "db.namespace";
            }
        },

        /** Which operation it is, as OpenTelemetry calls it. */
        DB_OPERATION_NAME {
            @Override
            public String asString() {
                return "db.operation.name";
            }
        },

        /** Bytes of garbage that a compaction removed. */
        RECLAIMED_BYTES {
            @Override
            public String asString() {
                return "kv.reclaimed.bytes";
            }
        },

        /** Bytes of records that a compaction copied. */
        RELOCATED_BYTES {
            @Override
            public String asString() {
                return "kv.relocated.bytes";
            }
        },

        /** Bytes of records in a backup. */
        BACKUP_BYTES {
            @Override
            public String asString() {
                return "kv.backup.bytes";
            }
        }
    }
}
