package dev.kvstore;

/**
 * A codec cannot read the key or the value of an entry: another codec wrote it, or another version
 * of the type. The entry is still there, unchanged; {@link KeyValueStore#get(byte[])} returns its
 * bytes.
 *
 * @serial exclude
 */
public final class DecodingException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    private final byte[] key;

    /**
     * Makes an exception.
     *
     * @param message which entry cannot be read by which codec, and what to do
     * @param key the entry's key as it is in the store
     * @param cause what the codec threw
     */
    public DecodingException(String message, byte[] key, RuntimeException cause) {
        super(message, cause);
        this.key = key.clone();
    }

    /**
     * Returns the entry's key as it is in the store.
     *
     * @return a copy of the key
     */
    public byte[] key() {
        return key.clone();
    }
}
