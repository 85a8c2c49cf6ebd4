package dev.kvstore.spring.boot.json;

import dev.kvstore.Codec;
import dev.kvstore.KeyValueStore;
import dev.kvstore.TypedStore;
import dev.kvstore.spring.boot.KeyValueStores;
import dev.kvstore.spring.boot.NoSuchKeyValueStoreException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.Assert;

/**
 * Typed views of the application's stores, with values as JSON:
 *
 * <pre>{@code
 * TypedStore<String, Cart> carts = typedStores.of("carts", String.class, Cart.class);
 * }</pre>
 *
 * <p>A store has the name that it has in {@link KeyValueStores}. Keys are of type {@link String},
 * {@link Long}, {@link UUID} or {@code byte[]} and are stored as by the codecs of {@link Codec}.
 * Values are stored by {@link JsonCodec}, whatever their type. For anything else, use {@link
 * KeyValueStore#typed(String, Codec, Codec)} of a store.
 */
public final class TypedStores {

    private final KeyValueStores stores;

    /**
     * Makes the views of some stores available.
     *
     * @param stores the stores
     */
    public TypedStores(KeyValueStores stores) {
        this.stores = stores;
    }

    /**
     * Returns a view of all entries of a store.
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @param store the name of the store
     * @param keyType the type of the keys
     * @param valueType the type of the values, without parameters
     * @return the view
     * @throws NoSuchKeyValueStoreException if there is no store of that name
     * @throws IllegalArgumentException if there is no codec for the keys
     */
    public <K, V> TypedStore<K, V> of(String store, Class<K> keyType, Class<V> valueType) {
        return stores.get(store).typed(keyCodec(keyType), JsonCodec.of(valueType));
    }

    /**
     * Returns a view of all entries of a store whose values have a type with parameters.
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @param store the name of the store
     * @param keyType the type of the keys
     * @param valueType the type of the values
     * @return the view
     * @throws NoSuchKeyValueStoreException if there is no store of that name
     * @throws IllegalArgumentException if there is no codec for the keys
     */
    public <K, V> TypedStore<K, V> of(
            String store, Class<K> keyType, ParameterizedTypeReference<V> valueType) {
        return stores.get(store).typed(keyCodec(keyType), JsonCodec.of(valueType));
    }

    private static <K> Codec<K> keyCodec(Class<K> type) {
        Codec<?> codec = keyCodecOrNull(type);
        Assert.notNull(
                codec,
                () ->
                        "There is no codec for keys of %s: use String, Long, UUID or byte[], or give"
                                        .formatted(type)
                                + " KeyValueStore.typed a codec of your own.");
        @SuppressWarnings("unchecked") // The class said so.
        Codec<K> checked = (Codec<K>) codec;
        return checked;
    }

    private static @Nullable Codec<?> keyCodecOrNull(Class<?> type) {
        if (type == String.class) {
            return Codec.utf8();
        }
        if (type == Long.class) {
            return Codec.longs();
        }
        if (type == UUID.class) {
            return Codec.uuids();
        }
        return type == byte[].class ? Codec.bytes() : null;
    }
}
