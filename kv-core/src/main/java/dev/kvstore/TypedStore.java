package dev.kvstore;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A view of a {@link KeyValueStore} through two {@linkplain Codec codecs}, made by {@link
 * KeyValueStore#typed(Codec, Codec)}:
 *
 * <pre>{@code
 * TypedStore<UUID, Long> visits = store.typed("visits/", Codec.uuids(), Codec.longs());
 * visits.set(user, 1L);
 * Long count = visits.get(user); // null when absent
 * }</pre>
 *
 * <p>It holds no data and nothing to be closed: everything it writes is in the store at once, with
 * the store's durability, and what others write there it reads. Every method behaves and throws as
 * the one of the same name in {@link KeyValueStore}; those that read also throw {@link
 * DecodingException} when a codec does not understand what is stored. That changes nothing in the
 * store.
 *
 * <p><b>Threads.</b> Safe for use by any number of threads, as the store and the codecs are.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class TypedStore<K, V> {

    // Only keys are told in messages: a value may be secret, and of any length.
    private static final int LONGEST_KEY_IN_MESSAGE = 100;

    private final KeyValueStore store;
    private final byte[] prefix;
    private final Codec<K> keys;
    private final Codec<V> values;

    TypedStore(KeyValueStore store, byte[] prefix, Codec<K> keys, Codec<V> values) {
        this.store = store;
        this.prefix = prefix;
        this.keys = Objects.requireNonNull(keys, "keys");
        this.values = Objects.requireNonNull(values, "values");
    }

    /**
     * Stores a value under a key, replacing what was there.
     *
     * @param key the key
     * @param value the value
     */
    public void set(K key, V value) {
        store.set(stored(key), encode(value));
    }

    /**
     * Stores a value under a key, replacing what was there, for a limited time.
     *
     * @param key the key
     * @param value the value
     * @param ttl time to live, at least 1 ms
     */
    public void set(K key, V value, Duration ttl) {
        store.set(stored(key), encode(value), ttl);
    }

    /**
     * Returns the value of a key.
     *
     * @param key the key
     * @return the value, or null if the key is absent
     */
    public @Nullable V get(K key) {
        byte[] stored = stored(key);
        byte[] value = store.get(stored);
        return value == null ? null : decode(stored, value);
    }

    /**
     * Returns the values of many keys at once.
     *
     * @param wanted the keys
     * @return the values of the keys that are there, in the order of {@code wanted}
     */
    public Map<K, V> getAll(Collection<? extends K> wanted) {
        List<K> ordered = List.copyOf(wanted);
        byte[][] stored = ordered.stream().map(this::stored).toArray(byte[][]::new);
        byte @Nullable [][] found = store.getAll(stored);
        Map<K, V> decoded = new LinkedHashMap<>();
        for (int i = 0; i < stored.length; i++) {
            byte[] value = found[i];
            if (value != null) {
                decoded.put(ordered.get(i), decode(stored[i], value));
            }
        }
        return decoded;
    }

    /**
     * Tells whether a key has a value, without reading the value.
     *
     * @param key the key
     * @return true if the key is there
     */
    public boolean contains(K key) {
        return store.contains(stored(key));
    }

    /**
     * Replaces the value of a key that exists.
     *
     * @param key the key
     * @param value the new value
     * @return true if the key was there and has the new value; false, with nothing written, if it
     *     was absent
     */
    public boolean update(K key, V value) {
        return store.update(stored(key), encode(value));
    }

    /**
     * Makes a new value of the present one, whoever else writes meanwhile: reads the value, applies
     * the change, and writes the result if the value is still the one it read, else begins again.
     * The new value has no time to live.
     *
     * @param key the key
     * @param change makes the new value; may be called several times and should do nothing else
     * @return the new value, or null, with nothing written, if the key was absent
     */
    public @Nullable V modify(K key, UnaryOperator<V> change) {
        byte[] stored = stored(key);
        while (true) {
            byte[] present = store.get(stored);
            if (present == null) {
                return null;
            }
            // A copy for the codec, which may keep what it is given: what was read decides below.
            V changed = change.apply(decode(stored, present.clone()));
            if (store.compareAndSet(stored, present, encode(changed))) {
                return changed;
            }
        }
    }

    /**
     * Removes a key.
     *
     * @param key the key
     * @return true if the key was there
     */
    public boolean delete(K key) {
        return store.delete(stored(key));
    }

    /**
     * Stores a value under a key that is absent.
     *
     * @param key the key
     * @param value the value
     * @return true if the value was stored; false, with nothing written, if the key was there
     */
    public boolean setIfAbsent(K key, V value) {
        return store.setIfAbsent(stored(key), encode(value));
    }

    /**
     * Replaces the value of a key if it is stored as the very bytes that the expected value has
     * when it is encoded now; {@code equals} is not asked.
     *
     * <p>So the value's encoding must be unique for this to succeed. With JSON that is no matter of
     * course: a value that an earlier release of the program wrote, with a field less or in another
     * order, decodes to an object whose own bytes differ, and a loop of {@link #get} and this
     * method would never end. {@link #modify} compares with the bytes that it has read, and serves
     * every codec.
     *
     * @param key the key
     * @param expected the value the key must have now
     * @param value the new value
     * @return true if the key had the expected value and has the new one; false, with nothing
     *     written, otherwise
     */
    public boolean compareAndSet(K key, V expected, V value) {
        return store.compareAndSet(stored(key), encode(expected), encode(value));
    }

    /**
     * Returns all entries of this view, with the guarantees of {@link KeyValueStore#scan(byte[])}.
     * An entry that cannot be decoded ends the stream with a {@link DecodingException}; to go past
     * it, scan the store itself.
     *
     * @return a stream of entries, to be closed by the caller
     */
    public Stream<Map.Entry<K, V>> scan() {
        return scan(new byte[0]);
    }

    /**
     * Returns the entries of this view whose encoded key starts with a prefix, as {@link #scan()}.
     *
     * @param keyPrefix what the bytes of keys must start with; empty for all
     * @return a stream of entries, to be closed by the caller
     */
    public Stream<Map.Entry<K, V>> scan(byte[] keyPrefix) {
        return store.scan(join(prefix, keyPrefix)).map(this::decode);
    }

    /**
     * Passes every entry of this view to an action, with the guarantees of {@link #scan()}.
     *
     * @param action what to do with each key and value; it may use the store
     */
    public void forEach(BiConsumer<? super K, ? super V> action) {
        try (Stream<Map.Entry<K, V>> entries = scan()) {
            entries.forEach(entry -> action.accept(entry.getKey(), entry.getValue()));
        }
    }

    private byte[] stored(K key) {
        return join(prefix, keys.encode(Objects.requireNonNull(key, "key")));
    }

    private byte[] encode(V value) {
        return values.encode(Objects.requireNonNull(value, "value"));
    }

    private Map.Entry<K, V> decode(Entry entry) {
        byte[] stored = entry.key();
        byte[] key = Arrays.copyOfRange(stored, prefix.length, stored.length);
        return Map.entry(decode("key", stored, keys, key), decode(stored, entry.value()));
    }

    private V decode(byte[] stored, byte[] value) {
        return decode("value of the key", stored, values, value);
    }

    private static <T> T decode(String part, byte[] stored, Codec<T> codec, byte[] bytes) {
        try {
            return Objects.requireNonNull(codec.decode(bytes), "the codec returned null");
        } catch (RuntimeException e) {
            throw new DecodingException(
                    ("The %s %s cannot be decoded as %s. The entry is unchanged; read it with the"
                                    + " codec that wrote it, or as bytes from the store.")
                            .formatted(part, describe(stored), codec),
                    stored,
                    e);
        }
    }

    /** The key as text if it is some, else its bytes. */
    private static String describe(byte[] key) {
        int length = Math.min(key.length, LONGEST_KEY_IN_MESSAGE);
        String end = length < key.length ? "… (of " + key.length + " bytes)" : "";
        String text = Utf8.decode(Arrays.copyOf(key, length));
        boolean printable = text.chars().noneMatch(c -> c < ' ' || c == 0x7F || c == 0xFFFD);
        return printable
                ? "'" + text + "'" + end
                : "0x" + HexFormat.of().formatHex(key, 0, length) + end;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
