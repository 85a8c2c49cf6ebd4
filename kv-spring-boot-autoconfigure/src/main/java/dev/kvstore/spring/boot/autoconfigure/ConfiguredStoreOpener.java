package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.KeyValueStoreException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.StringUtils;

/**
 * Opens a store as its builder says, any number of times in turn, and says what to do about it when
 * that fails.
 */
final class ConfiguredStoreOpener implements Supplier<KeyValueStore> {

    private final String prefix;
    private final @Nullable String dataPath;
    private final KeyValueStoreBuilder builder;

    /**
     * Makes an opener.
     *
     * @param prefix what the names of the store's properties start with
     * @param dataPath the value of the property that names the directory
     * @param builder the builder, with properties and customizers applied
     */
    ConfiguredStoreOpener(String prefix, @Nullable String dataPath, KeyValueStoreBuilder builder) {
        this.prefix = prefix;
        this.dataPath = dataPath;
        this.builder = builder;
    }

    @Override
    public KeyValueStore get() {
        try {
            return builder.open();
        } catch (KeyValueStoreException ex) {
            throw new StoreOpeningException(prefix, ex);
        } catch (IllegalStateException ex) {
            // The builder cannot be asked for its path, and a customizer may have set one.
            if (StringUtils.hasText(dataPath)) {
                throw ex;
            }
            throw missingDataPath(ex);
        }
    }

    private FailureAnalyzedException missingDataPath(IllegalStateException cause) {
        String description =
                "The key-value store needs a directory for its files,"
                        + " and '%s.data-path' is not set.";
        String action =
                "Set '%s.data-path' in the application's configuration, for example to"
                        + " '/var/lib/my-app/kv', or to 'data/kv', which is relative to the working"
                        + " directory. To run without a store set 'kv.enabled' to 'false'.";
        return new FailureAnalyzedException(
                description.formatted(prefix), action.formatted(prefix), cause);
    }
}
