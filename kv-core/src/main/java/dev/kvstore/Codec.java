package dev.kvstore;

import java.util.UUID;

/**
 * Turns objects of one type into bytes and back, for the keys or the values of a {@link
 * TypedStore}.
 *
 * <p><b>For keys</b> the encoding must be
 *
 * <ul>
 *   <li><i>injective</i>: keys that are not equal have different bytes, else one takes the other's
 *       entry;
 *   <li><i>unique</i>: keys that are equal have the same bytes, else an entry is not found again;
 *   <li><i>stable</i>: the same in every process and every release of the program that may come to
 *       read the store. So it must depend on nothing that changes, such as hash codes, the order of
 *       a hash set, the locale or the time zone.
 * </ul>
 *
 * The codecs that this interface returns promise that.
 *
 * <p><b>For values</b> it is enough that {@link #decode} understands what {@link #encode} wrote,
 * now and in earlier releases of the program. Only {@link TypedStore#compareAndSet} compares
 * encoded values.
 *
 * <p>A codec is safe for use by any number of threads. Its {@code toString()} names it in messages.
 *
 * @param <T> the type of the objects
 */
public interface Codec<T> {

    /**
     * Turns an object into bytes.
     *
     * @param object the object, never null
     * @return its bytes; the caller may keep but not change them
     * @throws RuntimeException if the object has no encoding; then nothing is written
     */
    byte[] encode(T object);

    /**
     * Turns bytes into the object that they stand for.
     *
     * @param bytes what was stored; the codec may keep them
     * @return the object, never null
     * @throws RuntimeException if these bytes stand for no object of the type; the store passes it
     *     on as the cause of a {@link DecodingException}
     */
    T decode(byte[] bytes);

    /**
     * Returns the codec of strings as UTF-8, as {@link KeyValueStore#set(String, String)} stores
     * them. Unlike {@link KeyValueStore#get(String)} it refuses bytes that are not UTF-8, rather
     * than replace them.
     *
     * @return the codec named "UTF-8"
     */
    static Codec<String> utf8() {
        return StandardCodecs.UTF_8;
    }

    /**
     * Returns the codec of bytes, which are stored as they are.
     *
     * @return the codec named "bytes"
     */
    static Codec<byte[]> bytes() {
        return StandardCodecs.BYTES;
    }

    /**
     * Returns the codec of numbers as eight bytes, the most significant first, so that numbers that
     * have their upper bits in common have a prefix in common.
     *
     * @return the codec named "long"
     */
    static Codec<Long> longs() {
        return StandardCodecs.LONG;
    }

    /**
     * Returns the codec of UUIDs as sixteen bytes, in the order in which they are written as text.
     *
     * @return the codec named "UUID"
     */
    static Codec<UUID> uuids() {
        return StandardCodecs.UUID;
    }
}
