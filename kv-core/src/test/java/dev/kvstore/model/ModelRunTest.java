package dev.kvstore.model;

import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The model against another one: a run finds no difference where there is none. */
class ModelRunTest {

    @RegisterExtension final StoreExtension stores = new StoreExtension(new ModelStores());

    @Test
    void twoModelsAgree() {
        long seed = Seed.announce("Model against model");
        ModelRun run = new ModelRun(stores, StoreOptions.defaults(), false, seed);
        run.runWhile(() -> run.steps() < 20_000);
    }
}
