package dev.kvstore;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A list of writes that {@link KeyValueStore#write(WriteBatch)} applies in order; after a crash all
 * of them are there or none is. A later operation on a key wins over an earlier one. Keys and
 * values are copied when they are added; their lengths are checked when the batch is written.
 *
 * <p>Not safe for use by several threads at a time. A batch may be written more than once.
 */
public final class WriteBatch {

    private final List<Operation> operations = new ArrayList<>();

    /** Makes an empty batch. */
    public WriteBatch() {}

    /**
     * One operation of a batch, for implementations of {@link KeyValueStore}.
     *
     * @param key the key
     * @param value the value to set, or null to delete the key
     * @param ttl the time to live, or null for ever
     */
    public record Operation(byte[] key, byte @Nullable [] value, @Nullable Duration ttl) {}

    /**
     * Adds the setting of a value.
     *
     * @param key the key
     * @param value the value
     * @return this batch
     */
    public WriteBatch set(byte[] key, byte[] value) {
        operations.add(new Operation(key.clone(), value.clone(), null));
        return this;
    }

    /**
     * Adds the setting of a value for a limited time.
     *
     * @param key the key
     * @param value the value
     * @param ttl time to live from the moment the batch is written, at least 1 ms
     * @return this batch
     */
    public WriteBatch set(byte[] key, byte[] value, Duration ttl) {
        operations.add(
                new Operation(key.clone(), value.clone(), Objects.requireNonNull(ttl, "ttl")));
        return this;
    }

    /**
     * Adds the removal of a key.
     *
     * @param key the key
     * @return this batch
     */
    public WriteBatch delete(byte[] key) {
        operations.add(new Operation(key.clone(), null, null));
        return this;
    }

    /**
     * Adds the setting of a value.
     *
     * @param key the key
     * @param value the value
     * @return this batch
     */
    public WriteBatch set(String key, String value) {
        operations.add(new Operation(Utf8.encode(key), Utf8.encode(value), null));
        return this;
    }

    /**
     * Adds the setting of a value for a limited time.
     *
     * @param key the key
     * @param value the value
     * @param ttl time to live from the moment the batch is written, at least 1 ms
     * @return this batch
     */
    public WriteBatch set(String key, String value, Duration ttl) {
        operations.add(
                new Operation(
                        Utf8.encode(key), Utf8.encode(value), Objects.requireNonNull(ttl, "ttl")));
        return this;
    }

    /**
     * Adds the removal of a key.
     *
     * @param key the key
     * @return this batch
     */
    public WriteBatch delete(String key) {
        operations.add(new Operation(Utf8.encode(key), null, null));
        return this;
    }

    /**
     * Returns the operations in order. The arrays are the batch's own and must not be changed.
     *
     * @return an unmodifiable copy of the list of operations
     */
    public List<Operation> operations() {
        return List.copyOf(operations);
    }

    /**
     * Returns the number of operations.
     *
     * @return the number of operations
     */
    public int size() {
        return operations.size();
    }
}
