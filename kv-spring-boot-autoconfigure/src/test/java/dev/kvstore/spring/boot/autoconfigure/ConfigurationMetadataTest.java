package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.spring.boot.autoconfigure.ConfigurationMetadata.Property;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ConfigurationMetadataTest {

    static Stream<Property> properties() {
        return ConfigurationMetadata.properties().stream();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void everyPropertyIsDescribedByTheRulesOfSpringBoot(Property property) {
        assertThat(property.description())
                .isNotNull()
                .endsWith(".")
                .doesNotContain("{@", "<")
                .doesNotStartWith("The ")
                .doesNotStartWith("A ");
        if ("true".equals(property.defaultValue()) || "false".equals(property.defaultValue())) {
            assertThat(property.description()).startsWith("Whether ");
        }
    }

    @Test
    void everyPropertyHasDefaultUnlessItMeansSomethingToBeAbsent() {
        assertThat(properties())
                .filteredOn(property -> property.defaultValue() == null)
                .extracting(Property::name)
                .containsExactlyInAnyOrder(
                        "kv.data-path",
                        "kv.index-path",
                        "kv.stores",
                        "kv.cache.caches",
                        "kv.cache.store",
                        "kv.cache.time-to-live",
                        "kv.cache.trusted-packages");
    }

    @Test
    void propertiesWithoutClassAreThere() {
        assertThat(properties())
                .extracting(Property::name)
                .contains("kv.enabled", "kv.cache.enabled", "management.health.kv.enabled")
                .contains("management.endpoint.kv.access", "management.endpoint.compact.access")
                .doesNotHaveDuplicates();
    }

    @Test
    void everyDurabilityIsExplained() {
        JsonNode hint =
                ConfigurationMetadata.read("additional-spring-configuration-metadata.json")
                        .get("hints")
                        .get(0);
        List<String> durabilities =
                Arrays.stream(Durability.values())
                        .map(value -> value.name().toLowerCase(Locale.ROOT))
                        .toList();
        assertThat(hint.get("name").asString()).isEqualTo("kv.durability");
        assertThat(hint.get("values").findValuesAsString("value"))
                .containsExactlyElementsOf(durabilities);
    }
}
