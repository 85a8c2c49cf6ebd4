package dev.kvstore.contract;

import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the contracts share: the one thing they ask of an implementation is how it is opened. */
public abstract class StoreContract implements StoreSuite {

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((dir, options) -> factory().open(dir, options));

    /** Returns how stores are opened. Within one test it must remember what a directory holds. */
    protected abstract StoreFactory factory();

    @Override
    public StoreExtension stores() {
        return stores;
    }
}
