package dev.kvstore.spring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The metadata of properties that the build generates for editors. */
final class ConfigurationMetadata {

    private ConfigurationMetadata() {}

    static List<Property> properties() {
        List<Property> properties = new ArrayList<>();
        for (JsonNode node : read("spring-configuration-metadata.json").get("properties")) {
            properties.add(
                    new Property(
                            node.get("name").asString(),
                            text(node.get("description")),
                            text(node.get("defaultValue"))));
        }
        return properties;
    }

    static JsonNode read(String file) {
        try (InputStream in =
                KeyValueStoreProperties.class.getResourceAsStream("/META-INF/" + file)) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static @Nullable String text(@Nullable JsonNode node) {
        return node == null ? null : node.asString();
    }

    record Property(String name, @Nullable String description, @Nullable String defaultValue) {}
}
