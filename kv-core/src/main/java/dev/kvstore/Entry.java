package dev.kvstore;

import java.util.Arrays;
import java.util.Objects;

/**
 * A key and its value, as a scan delivers them. Two entries are equal if their keys and values hold
 * the same bytes. The arrays belong to the entry's holder: changing one changes this entry and
 * nothing in the store.
 */
public final class Entry {

    private final byte[] key;
    private final byte[] value;

    /**
     * Makes an entry of two arrays, which it keeps.
     *
     * @param key the key
     * @param value the value
     */
    public Entry(byte[] key, byte[] value) {
        this.key = Objects.requireNonNull(key, "key");
        this.value = Objects.requireNonNull(value, "value");
    }

    /**
     * Returns the key.
     *
     * @return the key
     */
    public byte[] key() {
        return key;
    }

    /**
     * Returns the value.
     *
     * @return the value
     */
    public byte[] value() {
        return value;
    }

    /**
     * Returns the key read as UTF-8.
     *
     * @return the key as a string
     */
    public String keyString() {
        return Utf8.decode(key);
    }

    /**
     * Returns the value read as UTF-8.
     *
     * @return the value as a string
     */
    public String valueString() {
        return Utf8.decode(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry entry
                && Arrays.equals(key, entry.key)
                && Arrays.equals(value, entry.value);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
    }

    /** Names the sizes only: keys and values may be secret, and logs are not the place for them. */
    @Override
    public String toString() {
        return "Entry[key of " + key.length + " bytes, value of " + value.length + " bytes]";
    }
}
