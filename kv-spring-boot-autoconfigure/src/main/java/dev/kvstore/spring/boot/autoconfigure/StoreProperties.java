package dev.kvstore.spring.boot.autoconfigure;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Finds where properties were set, however their names were written there, for messages to say so.
 */
final class StoreProperties {

    private static final String DEFAULTS = "kv";

    private final Environment environment;

    StoreProperties(Environment environment) {
        this.environment = environment;
    }

    /**
     * Finds a property of a store, which may have it from the one for all stores.
     *
     * @param prefix what the names of the store's properties start with
     * @param name the rest of the name
     * @return the property, or null if it is set nowhere
     */
    @Nullable ConfigurationProperty find(String prefix, String name) {
        return Stream.of(prefix, DEFAULTS)
                .map(start -> find(ConfigurationPropertyName.adapt(start + "." + name, '.')))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private @Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
        if (environment instanceof ConfigurableEnvironment configurable) {
            for (ConfigurationPropertySource source :
                    ConfigurationPropertySources.from(configurable.getPropertySources())) {
                ConfigurationProperty property = source.getConfigurationProperty(name);
                if (property != null) {
                    return property;
                }
            }
        }
        return null;
    }

    /** Describes those of the properties that are set, in the way Spring Boot does. */
    String describe(String prefix, String... names) {
        return Arrays.stream(names)
                .map(name -> find(prefix, name))
                .filter(Objects::nonNull)
                .map(StoreProperties::describe)
                .collect(Collectors.joining());
    }

    private static String describe(ConfigurationProperty property) {
        String text =
                "%n%n    Property: %s%n    Value: \"%s\""
                        .formatted(property.getName(), property.getValue());
        return property.getOrigin() == null
                ? text
                : text + "%n    Origin: %s".formatted(property.getOrigin());
    }
}
