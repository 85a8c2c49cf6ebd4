package dev.kvstore.spring.boot.json;

import dev.kvstore.Codec;
import org.springframework.core.ParameterizedTypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@link Codec} of values as JSON, for records and other types that Jackson can read and write:
 *
 * <pre>{@code
 * TypedStore<String, Cart> carts = store.typed("cart:", Codec.utf8(), JsonCodec.of(Cart.class));
 * }</pre>
 *
 * <p>It has settings of its own. The application's mapper, {@code spring.jackson.*} and Jackson
 * modules do not change what is stored; annotations on the types do. Fields that a type does not
 * have are left out when it is read, and fields that are missing are null, 0 or false; anything
 * else that does not fit is an error. Times are written as ISO 8601, enums by their {@code name()}.
 * Names of classes in data are never followed; mark subtypes with names, by
 * {@code @JsonTypeInfo(use = Id.NAME)}.
 *
 * <p>For values, not for keys: two equal objects may have different JSON, for example if they hold
 * a {@code HashSet}.
 *
 * @param <T> the type of the values
 */
public final class JsonCodec<T> implements Codec<T> {

    private final String typeName;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    private JsonCodec(JsonMapper mapper, JavaType type, String typeName) {
        this.typeName = typeName;
        this.reader = mapper.readerFor(type);
        this.writer = mapper.writerFor(type);
    }

    /**
     * Returns a codec of a type without parameters.
     *
     * @param <T> the type of the values
     * @param type the type of the values
     * @return the codec
     */
    public static <T> JsonCodec<T> of(Class<T> type) {
        // A mapper remembers the classes it has met. So each codec has its own, and with the codec
        // go the classes, of which a restarted application in the same process has new ones.
        JsonMapper mapper = StoredJson.mapper().build();
        return new JsonCodec<>(mapper, mapper.constructType(type), type.getTypeName());
    }

    /**
     * Returns a codec of a type with parameters, such as {@code new
     * ParameterizedTypeReference<List<Cart>>() {}}.
     *
     * @param <T> the type of the values
     * @param type the type of the values
     * @return the codec
     */
    public static <T> JsonCodec<T> of(ParameterizedTypeReference<T> type) {
        JsonMapper mapper = StoredJson.mapper().build();
        return new JsonCodec<>(
                mapper, mapper.constructType(type.getType()), type.getType().getTypeName());
    }

    @Override
    public byte[] encode(T object) {
        return writer.writeValueAsBytes(object);
    }

    @Override
    public T decode(byte[] bytes) {
        return reader.readValue(bytes);
    }

    @Override
    public String toString() {
        return "JSON of " + typeName;
    }
}
