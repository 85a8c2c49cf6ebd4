package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PropertiesMapperTest {

    /** A value other than the default for each property, and the option it is to set. */
    private static final Map<String, Option> OPTIONS =
            Map.ofEntries(
                    option("data-path", "data/kv", "dataPath", Path.of("data/kv")),
                    option("index-path", "file:/fast/index", "indexPath", Path.of("/fast/index")),
                    option("durability", "interval", "durability", Durability.INTERVAL),
                    option("force-interval", "250ms", "forceInterval", Duration.ofMillis(250)),
                    option("segment-size", "1MB", "segmentSizeBytes", 1L << 20),
                    option("max-key-size", "100B", "maxKeySizeBytes", 100),
                    option("max-value-size", "2KB", "maxValueSizeBytes", 2048),
                    option("compaction.enabled", "false", "backgroundCompaction", false),
                    option(
                            "compaction.interval",
                            "1m",
                            "compactionInterval",
                            Duration.ofMinutes(1)),
                    option("compaction.garbage-ratio", "0.25", "compactionGarbageRatio", 0.25),
                    option(
                            "compaction.rate-limit",
                            "3MB",
                            "compactionRateLimitBytesPerSecond",
                            3L << 20),
                    option("read-only", "true", "readOnly", true),
                    option("verify-checksums", "false", "verifyChecksums", false),
                    option("free-disk-floor", "1GB", "freeDiskFloorBytes", 1L << 30));

    /** Options that no text can express; a customizer sets them. */
    private static final Set<String> WITHOUT_PROPERTY = Set.of("clock");

    @Test
    void everyOptionOfTheBuilderHasProperty() {
        Set<String> options =
                Arrays.stream(KeyValueStoreBuilder.class.getMethods())
                        .filter(method -> method.getReturnType() == KeyValueStoreBuilder.class)
                        .map(Method::getName)
                        .filter(name -> !WITHOUT_PROPERTY.contains(name))
                        .collect(Collectors.toSet());
        assertThat(OPTIONS.values()).extracting(Option::name).hasSameElementsAs(options);
    }

    @Test
    void everyPropertySetsItsOption() {
        Map<String, String> properties = new TreeMap<>();
        OPTIONS.forEach((name, option) -> properties.put("kv." + name, option.text()));
        Map<String, Object> state = stateOf(map(properties));
        OPTIONS.forEach(
                (name, option) ->
                        assertThat(state).as(name).containsEntry(option.name(), option.value()));
    }

    @Test
    void everyPropertyOfNamedStoreSetsItsOption() {
        Map<String, String> source = new TreeMap<>();
        OPTIONS.forEach((name, option) -> source.put("kv.stores.orders." + name, option.text()));
        Map<String, Object> state = stateOf(mapStore(source));
        OPTIONS.forEach(
                (name, option) ->
                        assertThat(state).as(name).containsEntry(option.name(), option.value()));
    }

    @Test
    void whatIsNotSetForNamedStoreIsLeft() {
        assertThat(stateOf(mapStore(Map.of("kv.stores.orders.read-only", "false"))))
                .isEqualTo(stateOf(KeyValueStore.builder()));
    }

    @Test
    void defaultsAreThoseOfTheBuilder() {
        assertThat(stateOf(map(Map.of()))).isEqualTo(stateOf(KeyValueStore.builder()));
    }

    @Test
    void propertySetToNothingLeavesTheDefault() {
        Map<String, String> properties = new TreeMap<>();
        OPTIONS.forEach(
                (name, option) -> {
                    // Nothing can be bound to a primitive type.
                    if (!(option.value() instanceof Boolean || option.value() instanceof Double)) {
                        properties.put("kv." + name, "");
                    }
                });
        assertThat(stateOf(map(properties))).isEqualTo(stateOf(KeyValueStore.builder()));
    }

    // There is a directory of this name on the class path, where Spring would look for it first.
    @Test
    void relativePathIsNotLookedForOnTheClassPath() {
        assertThat(getClass().getResource("/META-INF")).isNotNull();
        assertThat(stateOf(map(Map.of("kv.data-path", "META-INF"))))
                .containsEntry("dataPath", Path.of("META-INF"));
    }

    @ParameterizedTest
    @CsvSource({
        "data-path, http://example.org/data",
        "force-interval, 0",
        "segment-size, 1B",
        "segment-size, 100001B",
        "max-key-size, 1MB",
        "max-value-size, 3GB",
        "max-value-size, -3GB",
        "compaction.interval, -1s",
        "compaction.garbage-ratio, 1.5",
        "compaction.rate-limit, -1B",
        "free-disk-floor, -1B",
    })
    void badValueIsReportedWithNameOfProperty(String name, String value) {
        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
                .isThrownBy(() -> map(Map.of("kv." + name, value)))
                .satisfies(
                        ex -> {
                            assertThat(ex.getName()).isEqualTo("kv." + name);
                            assertThat(ex.getReason()).isNotBlank();
                            assertThat(ex.getCause()).isNotNull();
                        });
    }

    private static KeyValueStoreBuilder mapStore(Map<String, String> source) {
        KeyValueStoreProperties properties = bind(source);
        KeyValueStoreBuilder builder = KeyValueStore.builder();
        PropertiesMapper mapper = new PropertiesMapper("kv.stores.orders");
        mapper.applyPaths(properties.getStores().get("orders"), builder);
        mapper.applyOptions(properties.getStores().get("orders"), builder);
        return builder;
    }

    private static KeyValueStoreProperties bind(Map<String, String> source) {
        return new Binder(new MapConfigurationPropertySource(source))
                .bindOrCreate("kv", KeyValueStoreProperties.class);
    }

    private static KeyValueStoreBuilder map(Map<String, String> source) {
        KeyValueStoreProperties properties = bind(source);
        KeyValueStoreBuilder builder = KeyValueStore.builder();
        PropertiesMapper mapper = new PropertiesMapper("kv");
        mapper.applyPaths(properties.asStore(), builder);
        mapper.applyOptions(properties.asStore(), builder);
        return builder;
    }

    /** The builder's options by name: its fields, which are named like its methods. */
    private static Map<String, Object> stateOf(KeyValueStoreBuilder builder) {
        Map<String, Object> state = new TreeMap<>();
        for (Field field : KeyValueStoreBuilder.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                state.put(field.getName(), valueOf(field, builder));
            }
        }
        return state;
    }

    private static Object valueOf(Field field, KeyValueStoreBuilder builder) {
        try {
            field.setAccessible(true);
            Object value = field.get(builder);
            return value == null ? "not set" : value;
        } catch (IllegalAccessException ex) {
            throw new AssertionError(ex);
        }
    }

    private static Map.Entry<String, Option> option(
            String property, String text, String option, Object value) {
        return Map.entry(property, new Option(text, option, value));
    }

    private record Option(String text, String name, Object value) {}
}
