package dev.kvstore.spring.boot.cache;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/**
 * The values of a cache's entries in the store. A value is JSON with the name of its class, {@code
 * ["com.example.Cart",{"items":3}]}; a collection is its elements, each with its class, {@code
 * ["list",["java.lang.Long",1],null]}. Where the cache has a type for all its values, that is what
 * they are read as, and the class is not written.
 *
 * <p>A class is looked up only if it is one of a few of the JDK or in a package that is trusted, so
 * that what is in a store never chooses code to run. Within a value, types are those that its class
 * declares.
 *
 * <p>What does not fit its class exactly any more is refused. Unlike other data, a cached value can
 * be had anew, and that is better than one with holes.
 */
final class CacheValueFormat {

    private static final String LIST = "list";
    private static final String SET = "set";
    private static final String MAP = "map";
    private static final String DECLARED = "declared";

    private static final Set<Class<?>> TRUSTED =
            Set.of(
                    String.class,
                    Boolean.class,
                    Character.class,
                    Byte.class,
                    Short.class,
                    Integer.class,
                    Long.class,
                    Float.class,
                    Double.class,
                    BigInteger.class,
                    BigDecimal.class,
                    UUID.class,
                    Date.class,
                    Locale.class,
                    URI.class);

    private final ClassLoader classLoader;
    private final Collection<String> trustedPackages;
    private final JsonMapper mapper;
    private final @Nullable JavaType declaredType;

    CacheValueFormat(
            ClassLoader classLoader, Collection<String> trustedPackages, @Nullable Type type) {
        this.classLoader = classLoader;
        this.trustedPackages = List.copyOf(trustedPackages);
        this.mapper = strictMapper();
        this.declaredType = type == null ? null : mapper.constructType(type);
    }

    private static JsonMapper strictMapper() {
        return CacheJson.mapper()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                // A value is a part of an entry, of which this class itself checks the end.
                .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .annotationIntrospector(new WritesEverything())
                .build();
    }

    /** Takes no notice of annotations that leave empty properties out: they would be missing. */
    private static final class WritesEverything extends JacksonAnnotationIntrospector {

        private static final long serialVersionUID = 1L;

        @Override
        public JsonInclude.Value findPropertyInclusion(MapperConfig<?> config, Annotated a) {
            return JsonInclude.Value.empty();
        }
    }

    /**
     * Returns what is stored for a value.
     *
     * @throws IllegalArgumentException if it could not be read back
     */
    byte[] encode(@Nullable Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = mapper.createGenerator(bytes)) {
            if (value != null && declaredType != null) {
                generator.writeStartArray().writeString(DECLARED);
                mapper.writerFor(declaredType).writeValue(generator, value);
                generator.writeEndArray();
            } else {
                write(generator, value);
            }
        }
        return bytes.toByteArray();
    }

    private void write(JsonGenerator generator, @Nullable Object value) {
        if (value == null) {
            generator.writeNull();
            return;
        }
        generator.writeStartArray();
        if (value instanceof Map<?, ?> map) {
            requireReadAs(LinkedHashMap.class, map, map instanceof SortedMap);
            generator.writeString(MAP);
            map.forEach(
                    (key, element) -> {
                        write(generator, key);
                        write(generator, element);
                    });
        } else if (value instanceof Set<?> set) {
            requireReadAs(LinkedHashSet.class, set, set instanceof SortedSet);
            generator.writeString(SET);
            set.forEach(element -> write(generator, element));
        } else if (value instanceof List<?> list) {
            requireReadAs(ArrayList.class, list, false);
            generator.writeString(LIST);
            list.forEach(element -> write(generator, element));
        } else {
            generator.writeString(nameOf(value));
            generator.writePOJO(value);
        }
        generator.writeEndArray();
    }

    // A caller may have declared the class that the value has, if it can be seen at all.
    private static void requireReadAs(Class<?> readAs, Object value, boolean sorted) {
        Class<?> type = value.getClass();
        if (sorted || Modifier.isPublic(type.getModifiers()) && !type.isAssignableFrom(readAs)) {
            throw notCacheable(type, "it would be read back as a " + readAs.getSimpleName());
        }
    }

    private String nameOf(Object value) {
        Class<?> type =
                value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
        String name = ClassUtils.getQualifiedName(type);
        if (type.getTypeParameters().length > 0) {
            throw notCacheable(type, "the types of its parameters would be lost");
        }
        if (type.isAnonymousClass() || type.isHidden()) {
            throw notCacheable(type, "its class has no name that lasts");
        }
        String readable = type.isArray() ? name : type.getName();
        if (!isTrusted(readable)) {
            throw notCacheable(type, "its package is not among 'kv.cache.trusted-packages'");
        }
        return readable;
    }

    private boolean isTrusted(String name) {
        String element = name.replace("[]", "");
        return TRUSTED.stream().anyMatch(type -> type.getName().equals(element))
                || element.startsWith("java.time.")
                || name.endsWith("[]") && element.indexOf('.') < 0
                || trustedPackages.stream().anyMatch(trusted -> element.startsWith(trusted + "."));
    }

    private static IllegalArgumentException notCacheable(Class<?> type, String reason) {
        return new IllegalArgumentException(
                ("A %s cannot be cached as it is: %s. Set the cache's 'value-type', or cache"
                                + " something else.")
                        .formatted(type.getName(), reason));
    }

    /**
     * Returns the value that was stored.
     *
     * @throws UnreadableValueException if it cannot be read any more
     */
    @Nullable Object decode(byte[] bytes) {
        try (JsonParser parser = mapper.createParser(bytes)) {
            parser.nextToken();
            Object value = read(parser);
            require(parser.nextToken() == null, "there is more than one value");
            return value;
        } catch (UnreadableValueException ex) {
            throw ex;
        } catch (RuntimeException ex) {
            throw new UnreadableValueException("value", ex); // Not even its type can be told.
        }
    }

    private @Nullable Object read(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        require(parser.currentToken() == JsonToken.START_ARRAY, "a value is no array");
        require(parser.nextToken() == JsonToken.VALUE_STRING, "a value has no type");
        String type = parser.getString();
        return switch (type) {
            case LIST -> readAll(parser, new ArrayList<>());
            case SET -> readAll(parser, new LinkedHashSet<>());
            case MAP -> readMap(parser);
            default -> readOne(parser, type);
        };
    }

    private Collection<@Nullable Object> readAll(
            JsonParser parser, Collection<@Nullable Object> elements) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(read(parser));
        }
        return elements;
    }

    private Map<@Nullable Object, @Nullable Object> readMap(JsonParser parser) {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Object key = read(parser);
            parser.nextToken();
            map.put(key, read(parser));
        }
        return map;
    }

    private Object readOne(JsonParser parser, String type) {
        try {
            JavaType javaType = typeOf(type);
            parser.nextToken();
            Object value = mapper.readValue(parser, javaType);
            require(value != null, "a value is missing");
            require(parser.nextToken() == JsonToken.END_ARRAY, "a value has no end");
            return value;
        } catch (RuntimeException | ClassNotFoundException | LinkageError ex) {
            throw new UnreadableValueException(type, ex);
        }
    }

    private JavaType typeOf(String name) throws ClassNotFoundException {
        if (declaredType != null) {
            require(name.equals(DECLARED), "the cache had no type for all its values then");
            return declaredType;
        }
        require(isTrusted(name), "its package is not among 'kv.cache.trusted-packages'");
        // Never by the calling thread's loader: in an application that restarts within its process
        // a thread may have that of the application before, whose classes have the same names.
        return mapper.constructType(ClassUtils.forName(name, classLoader));
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Something is stored, and it cannot be read any more. */
    static final class UnreadableValueException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String type;

        UnreadableValueException(String type, Throwable cause) {
            super(cause.getMessage(), cause);
            this.type = type;
        }

        /** Returns the type that was stored with it. */
        String type() {
            return type;
        }
    }
}
