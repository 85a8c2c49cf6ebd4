package dev.kvstore.contract;

import dev.kvstore.Durability;
import dev.kvstore.testing.StoreFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The store that comes with this API, where the operating system decides when to write. Compaction
 * forces what it does whatever the durability, and beside writes it is in the suite of concurrency.
 */
class LogStructuredOsTest {

    private final StoreFactory stores = LogStructuredStores.with(Durability.OS);

    @Nested
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
