package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.KeyValueStoreException;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.StringUtils;

/**
 * Opens a store as its properties and the customizers say, any number of times in turn, and says
 * what to do about it when that fails.
 */
final class ConfiguredStoreOpener implements Supplier<KeyValueStore> {

    private final String prefix;
    private final KeyValueStoreProperties properties;
    private final KeyValueStoreBuilder builder = KeyValueStore.builder();

    ConfiguredStoreOpener(
            String prefix,
            KeyValueStoreProperties properties,
            List<KeyValueStoreBuilderCustomizer> customizers) {
        this.prefix = prefix;
        this.properties = properties;
        new PropertiesMapper(prefix).apply(properties, builder);
        customizers.forEach(customizer -> customizer.customize(builder));
    }

    @Override
    public KeyValueStore get() {
        try {
            return builder.open();
        } catch (KeyValueStoreException ex) {
            throw new StoreOpeningException(prefix, ex);
        } catch (IllegalStateException ex) {
            // The builder cannot be asked for its path, and a customizer may have set one.
            if (StringUtils.hasText(properties.getDataPath())) {
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
