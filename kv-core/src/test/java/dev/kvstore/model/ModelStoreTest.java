package dev.kvstore.model;

import dev.kvstore.contract.BasicContract;
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
}
