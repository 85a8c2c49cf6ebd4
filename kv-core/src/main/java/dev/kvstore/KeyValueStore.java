package dev.kvstore;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A durable map from keys to values.
 *
 * <pre>{@code
 * try (KeyValueStore store = KeyValueStore.open(Path.of("data"))) {
 *     store.set("key", "value");
 *     String value = store.get("key");            // null when absent
 *     boolean there = store.update("key", "new"); // false, and nothing written, when absent
 *     CompactionReport report = store.compact();
 * }
 * }</pre>
 *
 * <p><b>Keys and values.</b> A key has 1 to 65,535 bytes; the empty key is refused, because it is
 * nearly always an identifier that somebody forgot to fill in. A value has 0 bytes up to the
 * configured limit. Strings are stored as UTF-8, so {@code get("k")} and {@code
 * get("k".getBytes(UTF_8))} find the same entry; a string with an unpaired surrogate has no UTF-8
 * form and is refused with an {@link IllegalArgumentException}. Reading bytes that are not UTF-8 as
 * a string puts U+FFFD where they are malformed. An array must not be changed until the call that
 * it was passed to has returned: a value that is changed meanwhile may be stored as a mixture of
 * both, and a key as either or a mixture. After the call the store has no use for the array.
 *
 * <p><b>Durability.</b> When a write returns, it survives what the store's {@link Durability} says.
 * A write that throws {@link StoreFailedException}, or what this interface does not name, has an
 * unknown outcome: the old state or the new one, never a third. After the other exceptions that it
 * names nothing was written.
 *
 * <p><b>Time to live.</b> An entry written with a time to live is absent from the moment the
 * store's clock reaches its expiry. Writing the key again without one makes the entry permanent.
 *
 * <p><b>Threads.</b> Safe for use by any number of threads, platform or virtual. Operations on one
 * key are linearizable. Readers take no lock and never wait for a writer or for compaction.
 * Interrupting a thread inside any call never harms the store: the call completes and the interrupt
 * flag is kept.
 *
 * <p><b>Exceptions.</b> Besides what a method names, every method throws {@link
 * StoreClosedException} after {@link #close()}, but for {@link #stats()} and {@link
 * #compactionStatus()}, which go on telling; and {@link NullPointerException} for a null argument
 * not marked nullable. Methods that write throw {@link StoreReadOnlyException} on a read-only
 * store, {@link StoreFullException} when the disk has no room, and {@link StoreFailedException}
 * once an I/O error has stopped writes. Methods that read throw {@link StoreCorruptedException}
 * when the stored bytes fail their checksum.
 */
public interface KeyValueStore extends AutoCloseable {

    /**
     * Opens the store in a directory with default options, creating it if there is none.
     *
     * @param dataPath the directory of the store's files
     * @return the open store
     * @throws StoreLockedException if the store is open already, here or in another process
     * @throws StoreCorruptedException if stored data fails its checks
     * @throws StoreFormatException if a later release has written the store
     * @throws StoreFullException if the disk has no room for what an open writes
     * @throws KeyValueStoreException if the files cannot be used for another reason
     */
    static KeyValueStore open(Path dataPath) {
        return builder().dataPath(dataPath).open();
    }

    /**
     * Starts the choice of options for a store.
     *
     * @return a builder with the defaults
     */
    static KeyValueStoreBuilder builder() {
        return new KeyValueStoreBuilder();
    }

    /**
     * Salvages a damaged store: takes every record that is whole and writes the newest of each key
     * to a new store. The source is only read, and may be damaged in any way; it must not be open
     * to write. For damage that {@link #open(Path)} or {@link #verify()} reports.
     *
     * <p>A key whose newest record is a tombstone stays deleted. A batch of which a part is damaged
     * is left out whole. What damage took is gone: if it was the newest version of a key, the new
     * store has the one before it, if that is still in the log; if it was a tombstone, the key is
     * back with the value it was to remove, if that is. The report says what was left out, and
     * names such keys where it can.
     *
     * <p>A segment in the format of a later release is left out, too, and the report says so:
     * repair with that release.
     *
     * <p>If this throws, or the process ends before it returns, there is no store in the target.
     *
     * @param source the directory of the damaged store
     * @param target a directory that does not exist or is empty, outside of the source
     * @return what was found, written and left out
     * @throws StoreTargetException if the target cannot be used
     * @throws StoreLockedException if the source is open to write
     * @throws StoreFullException if there is no room for the new store
     * @throws KeyValueStoreException if there is no store in the source, or it cannot be read
     */
    static RepairReport repair(Path source, Path target) {
        return KeyValueStoreBuilder.repair(source, target);
    }

    /**
     * Stores a value under a key, replacing what was there.
     *
     * @param key the key, 1 to 65,535 bytes
     * @param value the value
     * @throws LimitExceededException if the key or the value is too short or too long
     */
    void set(byte[] key, byte[] value);

    /**
     * Stores a value under a key, replacing what was there, for a limited time.
     *
     * @param key the key, 1 to 65,535 bytes
     * @param value the value
     * @param ttl time to live, at least 1 ms; a time beyond the range of the clock means for ever
     * @throws LimitExceededException if the key or the value is too short or too long, or {@code
     *     ttl} is shorter than 1 ms
     */
    void set(byte[] key, byte[] value, Duration ttl);

    /**
     * Returns the value of a key.
     *
     * @param key the key
     * @return a copy of the value, or null if the key is absent
     */
    byte @Nullable [] get(byte[] key);

    /**
     * Replaces the value of a key that exists.
     *
     * @param key the key, 1 to 65,535 bytes
     * @param value the new value
     * @return true if the key was there and has the new value; false, with nothing written, if it
     *     was absent
     * @throws LimitExceededException if the key or the value is too short or too long
     */
    boolean update(byte[] key, byte[] value);

    /**
     * Removes a key.
     *
     * @param key the key
     * @return true if the key was there
     */
    boolean delete(byte[] key);

    /**
     * Tells whether a key has a value, without reading the value: damage to it is not noticed. The
     * same goes for the question of {@link #update(byte[], byte[])} and {@link #setIfAbsent(byte[],
     * byte[])} whether the key is there.
     *
     * @param key the key
     * @return true if the key is there
     */
    boolean contains(byte[] key);

    /**
     * Stores a value under a key that is absent.
     *
     * @param key the key, 1 to 65,535 bytes
     * @param value the value
     * @return true if the value was stored; false, with nothing written, if the key was there
     * @throws LimitExceededException if the key or the value is too short or too long
     */
    boolean setIfAbsent(byte[] key, byte[] value);

    /**
     * Replaces the value of a key if it is what the caller expects.
     *
     * @param key the key, 1 to 65,535 bytes
     * @param expected the value the key must have now
     * @param value the new value
     * @return true if the key had the expected value and has the new one; false, with nothing
     *     written, otherwise
     * @throws LimitExceededException if the key or the value is too short or too long
     */
    boolean compareAndSet(byte[] key, byte[] expected, byte[] value);

    /**
     * Returns the values of many keys at once. Faster than a loop of {@link #get(byte[])}, because
     * the memory accesses of the lookups overlap. Each key is read on its own: this is no snapshot.
     *
     * @param keys the keys; one that occurs twice is answered twice
     * @return an array as long as {@code keys}, in the same order, with null for an absent key
     */
    byte @Nullable [][] getAll(byte[][] keys);

    /**
     * Applies a batch: after a crash either all of its operations are there or none is. Readers may
     * see its operations appear one after the other. It must fit a segment: the bytes of its keys
     * and values, and 35 for each operation, may be the segment size less 216 together. That size
     * is 16 MiB unless the store was created with another.
     *
     * @param batch the operations; an empty batch does nothing
     * @throws LimitExceededException if a key or a value is too short or too long, a time to live
     *     is shorter than 1 ms, or the batch is too large for a segment
     */
    void write(WriteBatch batch);

    /**
     * Returns the entries whose key starts with a prefix, in no particular order. Every key that is
     * there from the call of this method to the end of the stream is delivered exactly once; one
     * that comes or goes meanwhile may be delivered or not, never twice. The value is the one the
     * key has when it is delivered. The stream is sequential and lazy: it reads on as the caller
     * does, and holds no lock. Its cost is that of a pass over all keys, whatever the prefix. A
     * damaged record ends the stream with a {@link StoreCorruptedException}, also if its key does
     * not start with the prefix; {@link #get(byte[])} still reads the others.
     *
     * @param prefix what keys must start with; empty for all
     * @return a stream of entries, to be closed by the caller
     */
    Stream<Entry> scan(byte[] prefix);

    /**
     * Passes every entry to an action, with the guarantees of {@link #scan(byte[])}.
     *
     * @param action what to do with each entry; it may use the store
     */
    default void forEach(Consumer<? super Entry> action) {
        try (Stream<Entry> entries = scan(new byte[0])) {
            entries.forEach(action);
        }
    }

    /**
     * Returns the number of keys. Entries whose time to live has passed count until compaction or a
     * later write removes them.
     *
     * @return the number of keys
     */
    long size();

    /**
     * Returns figures about the store, gathered in microseconds and without I/O.
     *
     * @return the figures as of now
     */
    StoreStats stats();

    /**
     * Makes everything written before this call survive a power cut, whatever the {@link
     * Durability}.
     */
    void sync();

    /**
     * Compacts the store now: gives the space of all obsolete records back, and returns when all
     * garbage that existed at the call has been dealt with. If a compaction is running already, it
     * waits for that one and then deals with what is left; calls that wait share one. Readers and
     * writers go on meanwhile.
     *
     * @return what was done
     * @throws IllegalStateException if called by a listener on the compacting thread
     */
    default CompactionReport compact() {
        return compact(progress -> {});
    }

    /**
     * Compacts the store now, like {@link #compact()}, and tells a listener how far it is.
     *
     * @param listener called now and then on the compacting thread; must be quick
     * @return what was done
     */
    CompactionReport compact(Consumer<? super CompactionProgress> listener);

    /**
     * Returns what compaction, by call or in the background, is doing and did last.
     *
     * @return the state of compaction as of now
     */
    CompactionStatus compactionStatus();

    /**
     * Has a listener told, from now on until the store is closed, of what takes long: compaction,
     * also in the background, and backups. A store that does neither by itself need not tell.
     *
     * @param listener the listener
     */
    void addListener(StoreListener listener);

    /**
     * Checks everything there is of the store while it is in use: the checksum, the lengths and the
     * order of every record, the headers of all files and the chain of the segments, each hint
     * against its records, and the index against the log in both directions. Readers, writers and
     * compaction go on; what they change meanwhile is taken into account, so that every problem in
     * the report is one. It reads the whole log, and costs as much as that.
     *
     * <p>Damage that is found is in the report, not thrown. If there is some, make a copy of the
     * files, close the store, and see {@link #repair(Path, Path)}.
     *
     * @return what was read and found
     * @throws KeyValueStoreException if the files cannot be read
     */
    VerificationReport verify();

    /**
     * Writes a copy of the store as it is at one moment during this call into a new directory, from
     * which it can be opened like any other. Readers, writers and compaction go on; compaction only
     * waits before it gives a segment up. The backup has every write up to that moment and none
     * after it. When this returns, all of it survives a power cut, in every {@link Durability}.
     *
     * <p>On the same file system, full segments are not copied but shared by hard links, where that
     * is possible: this takes neither time nor space, and neither of the two stores ever changes
     * what is shared. For protection against a failing disk, give a directory on another one. Each
     * record is checked in either case. The backup has no index; the first open makes it.
     *
     * <p>If this throws, or the process ends before it returns, there is no store in the directory.
     *
     * @param target a directory that does not exist or is empty, outside of the store's own
     * @return what was written
     * @throws StoreTargetException if the directory cannot be used
     * @throws StoreCorruptedException if a record fails its checksum; see {@link #verify()}
     * @throws StoreFullException if there is no room for the backup
     * @throws KeyValueStoreException if the directory cannot be written for another reason
     */
    BackupReport backup(Path target);

    /**
     * Closes the store: completes the calls in flight, forces everything to disk in every {@link
     * Durability}, and releases the files and the lock. What would take its time is not completed:
     * {@link #compact()}, {@link #verify()} and {@link #backup(Path)} end with a {@link
     * StoreClosedException}. Closing twice does nothing.
     *
     * @throws IllegalStateException if called by a listener on the compacting thread
     * @throws StoreFailedException if the last bytes could not be forced; the lock and the files
     *     are released all the same
     */
    @Override
    void close();

    /**
     * Stores a value under a key, as {@link #set(byte[], byte[])}.
     *
     * @param key the key
     * @param value the value
     */
    default void set(String key, String value) {
        set(Utf8.encode(key), Utf8.encode(value));
    }

    /**
     * Stores a value under a key for a limited time, as {@link #set(byte[], byte[], Duration)}.
     *
     * @param key the key
     * @param value the value
     * @param ttl time to live, at least 1 ms
     */
    default void set(String key, String value, Duration ttl) {
        set(Utf8.encode(key), Utf8.encode(value), ttl);
    }

    /**
     * Returns the value of a key, as {@link #get(byte[])}.
     *
     * @param key the key
     * @return the value, or null if the key is absent
     */
    default @Nullable String get(String key) {
        byte[] value = get(Utf8.encode(key));
        return value == null ? null : Utf8.decode(value);
    }

    /**
     * Replaces the value of a key that exists, as {@link #update(byte[], byte[])}.
     *
     * @param key the key
     * @param value the new value
     * @return true if the key was there
     */
    default boolean update(String key, String value) {
        return update(Utf8.encode(key), Utf8.encode(value));
    }

    /**
     * Removes a key, as {@link #delete(byte[])}.
     *
     * @param key the key
     * @return true if the key was there
     */
    default boolean delete(String key) {
        return delete(Utf8.encode(key));
    }

    /**
     * Tells whether a key has a value, as {@link #contains(byte[])}.
     *
     * @param key the key
     * @return true if the key is there
     */
    default boolean contains(String key) {
        return contains(Utf8.encode(key));
    }

    /**
     * Stores a value under a key that is absent, as {@link #setIfAbsent(byte[], byte[])}.
     *
     * @param key the key
     * @param value the value
     * @return true if the value was stored
     */
    default boolean setIfAbsent(String key, String value) {
        return setIfAbsent(Utf8.encode(key), Utf8.encode(value));
    }

    /**
     * Replaces a value if it is what the caller expects, as {@link #compareAndSet(byte[], byte[],
     * byte[])}.
     *
     * @param key the key
     * @param expected the value the key must have now
     * @param value the new value
     * @return true if the value was replaced
     */
    default boolean compareAndSet(String key, String expected, String value) {
        return compareAndSet(Utf8.encode(key), Utf8.encode(expected), Utf8.encode(value));
    }

    /**
     * Returns the values of many keys at once, as {@link #getAll(byte[][])}.
     *
     * @param keys the keys
     * @return the values of the keys that are there, in the order of {@code keys}
     */
    default Map<String, String> getAll(Collection<String> keys) {
        byte[][] encoded = keys.stream().map(Utf8::encode).toArray(byte[][]::new);
        byte @Nullable [][] values = getAll(encoded);
        Map<String, String> found = new LinkedHashMap<>();
        int i = 0;
        for (String key : keys) {
            byte[] value = values[i++];
            if (value != null) {
                found.put(key, Utf8.decode(value));
            }
        }
        return found;
    }

    /**
     * Returns the entries whose key starts with a prefix, as {@link #scan(byte[])}.
     *
     * @param prefix what keys must start with; empty for all
     * @return a stream of entries, to be closed by the caller
     */
    default Stream<Entry> scan(String prefix) {
        return scan(Utf8.encode(prefix));
    }

    /**
     * Returns a view of this store through codecs, for all its keys.
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @param keys the codec of the keys
     * @param values the codec of the values
     * @return the view
     */
    default <K, V> TypedStore<K, V> typed(Codec<K> keys, Codec<V> values) {
        return new TypedStore<>(this, new byte[0], keys, values);
    }

    /**
     * Returns a view of the part of this store whose keys start with a prefix. The view adds it to
     * every key that it writes and leaves it out of the keys that it delivers. Several kinds of
     * entries can share a store in this way, if no prefix begins with another, as is so if all end
     * in a character that they do not have elsewhere, as in {@code "cart:"}.
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @param prefix what the keys in the store start with
     * @param keys the codec of the keys, after the prefix
     * @param values the codec of the values
     * @return the view
     */
    default <K, V> TypedStore<K, V> typed(String prefix, Codec<K> keys, Codec<V> values) {
        return new TypedStore<>(this, Utf8.encode(prefix), keys, values);
    }
}
