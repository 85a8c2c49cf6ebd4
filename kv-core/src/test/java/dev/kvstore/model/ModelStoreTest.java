package dev.kvstore.model;

import dev.kvstore.contract.BasicContract;
import dev.kvstore.contract.CompactionContract;
import dev.kvstore.contract.ConcurrencyContract;
import dev.kvstore.contract.DurabilityContract;
import dev.kvstore.testing.StoreFactory;
import org.junit.jupiter.api.Nested;

/** The model keeps the contracts, so that they are shown to hold for more than one store. */
class ModelStoreTest {

    private final StoreFactory models = new ModelStores();

    @Nested
    class Basic extends BasicContract {
        @Override
        protected StoreFactory factory() {
            return models;
        }
    }

    @Nested
    class Compaction extends CompactionContract {
        @Override
        protected StoreFactory factory() {
            return models;
        }
    }

    @Nested
    class Durability extends DurabilityContract {
        @Override
        protected StoreFactory factory() {
            return models;
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        protected StoreFactory factory() {
            return models;
        }
    }
}
