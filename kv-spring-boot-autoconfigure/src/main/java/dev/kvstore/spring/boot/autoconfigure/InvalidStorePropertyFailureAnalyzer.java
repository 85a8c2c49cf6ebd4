package dev.kvstore.spring.boot.autoconfigure;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains a value that the store's builder refuses. Spring Boot's own analyzer finds a property
 * only under the very name of the exception, and so misses {@code kv.segmentSize}, and what a named
 * store has from the properties for all.
 */
final class InvalidStorePropertyFailureAnalyzer
        extends AbstractFailureAnalyzer<InvalidConfigurationPropertyValueException> {

    private final StoreProperties properties;

    InvalidStorePropertyFailureAnalyzer(Environment environment) {
        this.properties = new StoreProperties(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, InvalidConfigurationPropertyValueException cause) {
        if (!cause.getName().startsWith("kv.")) {
            return null;
        }
        ConfigurationProperty property = find(cause.getName());
        String origin =
                property == null || property.getOrigin() == null
                        ? ""
                        : " (originating from '%s')".formatted(property.getOrigin());
        String description =
                "Invalid value '%s' for configuration property '%s'%s. Validation failed for the following reason:%n%n%s"
                        .formatted(
                                cause.getValue(),
                                property == null ? cause.getName() : property.getName(),
                                origin,
                                cause.getReason());
        return new FailureAnalysis(
                description,
                "Review the value of the property, and the limits that the description names.",
                cause);
    }

    /** The name is that of a named store at most: what comes after its prefix is not known here. */
    private @Nullable ConfigurationProperty find(String name) {
        String[] parts = name.split("\\.");
        int prefixParts = parts.length > 3 && parts[1].equals("stores") ? 3 : 1;
        String[] prefix = Arrays.copyOf(parts, prefixParts);
        String[] rest = Arrays.copyOfRange(parts, prefixParts, parts.length);
        return properties.find(String.join(".", prefix), String.join(".", rest));
    }
}
