package dev.kvstore.contract;

import dev.kvstore.Durability;
import dev.kvstore.testing.StoreFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The store that comes with this API, where the operating system decides when to write. What does
 * not depend on that has been tested with every write forced before every change; so has
 * compaction, which forces what it does whatever the durability.
 */
class LogStructuredOsTest {

    private final StoreFactory stores = LogStructuredStores.with(Durability.OS);

    @Nested
    @Tag("long")
    class Basic extends BasicContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredOsTest.this.stores;
        }
    }

    @Nested
    @Tag("long")
    class Compaction extends CompactionContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredOsTest.this.stores;
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredOsTest.this.stores;
        }
    }

    @Nested
    class Durable extends DurabilityContract {
        @Override
        protected StoreFactory factory() {
            return LogStructuredOsTest.this.stores;
        }
    }
}
