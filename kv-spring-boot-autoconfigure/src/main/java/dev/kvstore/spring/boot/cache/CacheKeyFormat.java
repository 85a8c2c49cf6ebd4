package dev.kvstore.spring.boot.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.cache.interceptor.SimpleKey;
import org.springframework.util.ReflectionUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The keys of a cache's entries in the store: two bytes that no text begins with, the length of the
 * cache's name and the name, so that no cache's keys begin with another's, and the key.
 *
 * <p>A key is written with its type, so that 1 and "1" differ, and with its length, so that nothing
 * in it can be taken for its end. It is the same in every process: sets and maps are put in order,
 * and no hash code is asked. A long one is replaced by its SHA-256.
 */
final class CacheKeyFormat {

    private static final byte[] BEFORE_NAME = {(byte) 0xFF, 'c'};
    private static final byte WHOLE = 'k';
    private static final byte HASHED = 'h';

    // Beyond this length two keys that have the same hash are less likely than a failing memory.
    private static final int LONGEST_WHOLE = 200;

    private static final Set<Class<?>> WRITTEN_AS_TEXT =
            Set.of(
                    Boolean.class,
                    Byte.class,
                    Short.class,
                    Integer.class,
                    Long.class,
                    Float.class,
                    Double.class,
                    BigInteger.class,
                    BigDecimal.class,
                    UUID.class,
                    Locale.class);

    /** The parameters of a {@link SimpleKey}, for which it has no method. */
    static final Field PARAMETERS = parametersField();

    private final JsonMapper mapper =
            CacheJson.mapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
    private final byte[] prefix;

    CacheKeyFormat(String cacheName) {
        byte[] name = cacheName.getBytes(UTF_8);
        prefix =
                ByteBuffer.allocate(BEFORE_NAME.length + Integer.BYTES + name.length)
                        .put(BEFORE_NAME)
                        .putInt(name.length)
                        .put(name)
                        .array();
    }

    /** Returns what all keys of the cache begin with, and no others. */
    byte[] prefix() {
        return prefix;
    }

    /**
     * Returns the key of an entry in the store.
     *
     * @throws IllegalArgumentException if no stable form of the key is known
     */
    byte[] encode(Object key) {
        byte[] form = form(key);
        boolean whole = form.length <= LONGEST_WHOLE;
        byte[] end = whole ? form : sha256(form);
        return ByteBuffer.allocate(prefix.length + 1 + end.length)
                .put(prefix)
                .put(whole ? WHOLE : HASHED)
                .put(end)
                .array();
    }

    private byte[] form(@Nullable Object key) {
        if (key == null) {
            return text("null", "");
        }
        if (key instanceof String string) {
            return string(string);
        }
        Class<?> type = key.getClass();
        if (WRITTEN_AS_TEXT.contains(type) || type.getPackageName().startsWith("java.time")) {
            return text(type.getName(), key.toString());
        }
        if (key instanceof Character character) {
            return text(type.getName(), Integer.toString(character));
        }
        if (type == Date.class) {
            return text(type.getName(), Long.toString(((Date) key).getTime()));
        }
        if (key instanceof Enum<?> constant) {
            return text(constant.getDeclaringClass().getName(), constant.name());
        }
        if (key instanceof Class<?> named) {
            return text(type.getName(), named.getName());
        }
        return composite(key, type);
    }

    private byte[] composite(Object key, Class<?> type) {
        if (key instanceof SimpleKey) {
            return forms("SimpleKey", elements(ReflectionUtils.getField(PARAMETERS, key)));
        }
        if (type.isArray()) {
            return forms(type.getName(), elements(key));
        }
        if (key instanceof Optional<?> optional) {
            return forms("Optional", optional.stream().toList());
        }
        if (key instanceof List<?> list) {
            return forms("List", list);
        }
        if (key instanceof Set<?> set) {
            return sorted("Set", set.stream().map(this::form).toList());
        }
        if (key instanceof Map<?, ?> map) {
            return sorted(
                    "Map",
                    map.entrySet().stream()
                            .map(e -> join("Entry", List.of(form(e.getKey()), form(e.getValue()))))
                            .toList());
        }
        return type.isRecord() ? forms(type.getName(), components(key)) : json(key, type);
    }

    // Of a class of the JDK nobody says that its JSON tells apart what its equals does.
    private byte[] json(Object key, Class<?> type) {
        if (type.getName().startsWith("java") || type.isHidden()) {
            throw unsupported(type, null);
        }
        try {
            return text(type.getName(), mapper.writeValueAsString(key));
        } catch (JacksonException ex) {
            throw unsupported(type, ex);
        }
    }

    private byte[] forms(String type, Collection<?> parts) {
        return join(type, parts.stream().map(this::form).toList());
    }

    private static byte[] sorted(String type, List<byte[]> forms) {
        List<byte[]> ordered = new ArrayList<>(forms);
        ordered.sort(Arrays::compare);
        return join(type, ordered);
    }

    private static byte[] join(String type, List<byte[]> forms) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes((type + "[" + forms.size() + ":").getBytes(UTF_8));
        forms.forEach(joined::writeBytes);
        return joined.toByteArray();
    }

    private static byte[] string(String string) {
        if (UTF_8.newEncoder().canEncode(string)) {
            return text("String", string);
        }
        // Half a pair of surrogates has no form in any charset, and would become a question mark.
        StringBuilder chars = new StringBuilder();
        string.chars().forEach(c -> chars.append(HexFormat.of().toHexDigits((char) c)));
        return text("chars", chars.toString());
    }

    private static byte[] text(String type, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes((type + "=" + bytes.length + ":").getBytes(UTF_8));
        form.writeBytes(bytes);
        return form.toByteArray();
    }

    private static List<@Nullable Object> elements(@Nullable Object array) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = 0; array != null && i < Array.getLength(array); i++) {
            elements.add(Array.get(array, i));
        }
        return elements;
    }

    private static List<@Nullable Object> components(Object record) {
        List<@Nullable Object> values = new ArrayList<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            ReflectionUtils.makeAccessible(component.getAccessor());
            values.add(ReflectionUtils.invokeMethod(component.getAccessor(), record));
        }
        return values;
    }

    private static byte[] sha256(byte[] form) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(form);
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256.", ex);
        }
    }

    private static IllegalArgumentException unsupported(
            Class<?> type, @Nullable JacksonException cause) {
        return new IllegalArgumentException(
                ("A %s cannot be the key of a cache that outlives the process, since it has no form"
                                + " that stays the same. Choose a part of it with the annotation's"
                                + " 'key', or use a record.")
                        .formatted(type.getName()),
                cause);
    }

    // By its type and not by its name, which Spring may change without anybody noticing.
    private static Field parametersField() {
        Field field = ReflectionUtils.findField(SimpleKey.class, null, Object[].class);
        if (field == null) {
            throw new IllegalStateException(
                    "This version of Spring keeps the parameters of a SimpleKey in another way.");
        }
        ReflectionUtils.makeAccessible(field);
        return field;
    }
}
