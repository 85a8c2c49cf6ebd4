package dev.kvstore.contract;

import dev.kvstore.Durability;
import dev.kvstore.testing.StoreFactory;

/** Opens the store that comes with this API. */
final class LogStructuredStores {

    private LogStructuredStores() {}

    /** All options as the test asks for, but the durability. */
    static StoreFactory with(Durability durability) {
        return (directory, options) ->
                options.withDurability(durability).toBuilder(directory).open();
    }
}
