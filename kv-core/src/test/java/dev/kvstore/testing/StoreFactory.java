package dev.kvstore.testing;

import dev.kvstore.KeyValueStore;
import java.nio.file.Path;

/** Opens stores for tests: the one thing a suite must be told about an implementation. */
@FunctionalInterface
public interface StoreFactory {

    /**
     * Opens the store that a directory names, creating it if there is none. What was stored before
     * under the same directory is there again. An implementation without files uses the path as a
     * name. Options that mean nothing to an implementation are ignored.
     */
    KeyValueStore open(Path directory, StoreOptions options);
}
