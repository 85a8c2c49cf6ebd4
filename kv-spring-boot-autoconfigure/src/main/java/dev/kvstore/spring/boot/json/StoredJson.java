package dev.kvstore.spring.boot.json;

import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/**
 * The settings of JSON that is stored. They are no application's and no release's of Jackson: what
 * is on a disk must not change its form because a property or a default has changed. So each
 * setting that the form depends on is made here, whether or not it is the default.
 */
public final class StoredJson {

    private StoredJson() {}

    /**
     * Starts a mapper with these settings and without modules.
     *
     * @return a builder
     */
    public static JsonMapper.Builder mapper() {
        JsonMapper.Builder builder = JsonMapper.builder();
        write(builder);
        read(builder);
        return builder
                // Names of classes in data are never followed, even if an annotation asks for it.
                .deactivateDefaultTyping()
                .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build());
    }

    private static void write(JsonMapper.Builder builder) {
        builder
                // An object of which Jackson sees nothing is an error, and not "{}".
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .enable(MapperFeature.INFER_RECORD_GETTERS_FROM_COMPONENTS_ONLY)
                // In an order that does not change when somebody reorders a record's components.
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                .disable(SerializationFeature.INDENT_OUTPUT)
                .disable(SerializationFeature.WRAP_ROOT_VALUE)
                // A map's order may mean something, and is kept.
                .disable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                // Enums by name(): their toString() is for people, and may change.
                .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
                .disable(EnumFeature.WRITE_ENUMS_USING_INDEX)
                .disable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
                // Times as ISO 8601, with the zone or offset that they have.
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DATE_KEYS_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DATES_WITH_CONTEXT_TIME_ZONE)
                .disable(DateTimeFeature.TRUNCATE_TO_MSECS_ON_WRITE)
                .disable(DateTimeFeature.WRITE_UTC_AS_OFFSET)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID);
    }

    private static void read(JsonMapper.Builder builder) {
        builder
                // A newer or an older release of the program wrote it: what is unknown is left out,
                // what is missing is null, 0 or false.
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                // But nothing is guessed, and no digit dropped.
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
                .disable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .disable(DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
                .disable(DateTimeFeature.TRUNCATE_TO_MSECS_ON_READ);
    }
}
