package dev.kvstore.contract;

import dev.kvstore.Durability;
import dev.kvstore.testing.StoreFactory;
import org.junit.jupiter.api.Nested;

/** The store that comes with this API, where the operating system decides when to write. */
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
