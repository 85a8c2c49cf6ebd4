package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFormatException;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreLockedException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains why a store could not be opened, and shows the properties that led to it with the file
 * and line that they come from. A store that the application opens by itself has no properties, and
 * only what is clear without is explained.
 */
final class KeyValueStoreFailureAnalyzer extends AbstractFailureAnalyzer<KeyValueStoreException> {

    private final StoreProperties properties;

    KeyValueStoreFailureAnalyzer(Environment environment) {
        this.properties = new StoreProperties(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, KeyValueStoreException cause) {
        if (cause instanceof StoreOpeningException opening) {
            KeyValueStoreException failure = opening.failure();
            String prefix = opening.prefix();
            return new FailureAnalysis(
                    failure.getMessage() + properties.describe(prefix, involved(failure)),
                    StoreFailureAction.of(failure, prefix),
                    failure);
        }
        return isFailureToOpen(cause)
                ? new FailureAnalysis(cause.getMessage(), StoreFailureAction.of(cause, "kv"), cause)
                : null;
    }

    // What else a store throws may come from a use of it, which is the application's to explain.
    private static boolean isFailureToOpen(KeyValueStoreException failure) {
        return failure instanceof StoreLockedException
                || failure instanceof StoreCorruptedException
                || failure instanceof StoreFormatException;
    }

    private static String[] involved(KeyValueStoreException failure) {
        return failure instanceof StoreFullException
                ? new String[] {"data-path", "index-path", "free-disk-floor"}
                : new String[] {"data-path", "index-path", "read-only"};
    }
}
