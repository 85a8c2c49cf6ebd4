package dev.kvstore.contract;

import dev.kvstore.testing.StoreExtension;

/** A group of tests against the interface; the contracts are made of such groups. */
interface StoreSuite {

    /** Where a test gets its store. */
    StoreExtension stores();
}
