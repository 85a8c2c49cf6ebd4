package dev.kvstore.contract;

import dev.kvstore.Durability;
import dev.kvstore.testing.StoreFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The store that comes with this API, where the log is forced every few milliseconds. What does not
 * depend on that has been tested with every write forced before every change.
 */
class LogStructuredIntervalTest {

    private final StoreFactory stores = LogStructuredStores.with(Durability.INTERVAL);

    @Nested
    @Tag("long")
    class Basic extends BasicContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredIntervalTest.this.stores;
        }
    }

    @Nested
    @Tag("long")
    class Compaction extends CompactionContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredIntervalTest.this.stores;
        }
    }

    @Nested
    @Tag("long")
    class Concurrency extends ConcurrencyContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredIntervalTest.this.stores;
        }
    }

    @Nested
    class Durable extends DurabilityContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredIntervalTest.this.stores;
        }
    }
}
