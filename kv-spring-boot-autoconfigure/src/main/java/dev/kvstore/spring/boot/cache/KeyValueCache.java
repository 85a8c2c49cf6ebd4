package dev.kvstore.spring.boot.cache;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.spring.boot.cache.CacheValueFormat.UnreadableValueException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.cache.Cache;
import org.springframework.cache.support.AbstractValueAdaptingCache;
import org.springframework.cache.support.NullValue;

/**
 * {@link Cache} whose entries are in a {@link KeyValueStore}, and so outlive the process. It holds
 * none of them in memory.
 *
 * <p>An entry that cannot be read any more, because its class has changed, counts as absent.
 *
 * <p><b>Threads.</b> Safe for use by any number of threads. Of those that want the same absent key
 * at the same time one loads its value, and the others wait for that. If it fails, they try
 * themselves. A value that was put, or an entry that was evicted, while a load was under way is not
 * overwritten by what the load brings.
 *
 * <p><b>Invariants.</b> No code of a caller runs under a lock. Whoever changes an entry holds the
 * lock of its key, and tells a load of it that it is {@linkplain Load#superseded superseded}.
 */
public class KeyValueCache extends AbstractValueAdaptingCache {

    private static final Log logger = LogFactory.getLog(KeyValueCache.class);

    private static final int LOCKS = 64;

    // Enough to make one force of the disk serve many deletions, and less than any segment.
    private static final int BATCH_BYTES = 16 << 10;

    private final String name;
    private final KeyValueStore store;
    private final @Nullable Duration timeToLive;
    private final CacheKeyFormat keys;
    private final CacheValueFormat values;

    private final ConcurrentMap<ByteBuffer, Load> loads = new ConcurrentHashMap<>();
    private final ReentrantLock[] locks =
            IntStream.range(0, LOCKS)
                    .mapToObj(i -> new ReentrantLock())
                    .toArray(ReentrantLock[]::new);

    private final Set<String> reportedTypes = ConcurrentHashMap.newKeySet();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder puts = new LongAdder();
    private final LongAdder removals = new LongAdder();
    private final LongAdder unreadable = new LongAdder();

    /** A value on its way into the cache. */
    private static final class Load {

        private final CompletableFuture<Object> storeValue = new CompletableFuture<>();

        /** Whether the entry was changed meanwhile; guarded by the lock of the key. */
        private boolean superseded;

        /** The thread that is in the loader, and would wait for itself if it asked again. */
        private volatile @Nullable Thread thread = Thread.currentThread();
    }

    KeyValueCache(
            String name,
            KeyValueStore store,
            KeyValueCacheOptions options,
            CacheValueFormat values) {
        super(options.nullValues());
        this.name = name;
        this.store = store;
        this.timeToLive = options.timeToLive();
        this.keys = new CacheKeyFormat(name);
        this.values = values;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public KeyValueStore getNativeCache() {
        return store;
    }

    @Override
    protected @Nullable Object lookup(Object key) {
        Object found = read(storeKey(key));
        count(found != null);
        return found;
    }

    @Override
    public <T> @Nullable T get(Object key, Callable<T> valueLoader) {
        ByteBuffer storeKey = storeKey(key);
        while (true) {
            Object found = read(storeKey);
            if (found == null) {
                Load own = new Load();
                Load other = loads.putIfAbsent(storeKey, own);
                found = other == null ? load(storeKey, own, key, valueLoader) : await(other);
            } else {
                count(true);
            }
            if (found != null) {
                return uncheckedCast(fromStoreValue(found));
            }
        }
    }

    private Object load(ByteBuffer storeKey, Load own, Object key, Callable<?> valueLoader) {
        try {
            Object found = read(storeKey); // Another load may just have ended.
            count(found != null);
            if (found == null) {
                found = toStoreValue(call(key, valueLoader));
                complete(storeKey, own, found);
            }
            own.storeValue.complete(found);
            return found;
        } finally {
            abandon(storeKey, own);
        }
    }

    private static @Nullable Object call(Object key, Callable<?> valueLoader) {
        try {
            return valueLoader.call();
        } catch (Exception ex) {
            throw new ValueRetrievalException(key, valueLoader, ex);
        }
    }

    /** Returns what another load brings, or null if it fails. */
    private @Nullable Object await(Load other) {
        requireNotWithin(other);
        try {
            Object found = other.storeValue.join();
            count(true);
            return found;
        } catch (CompletionException | CancellationException ex) {
            return null;
        }
    }

    private void requireNotWithin(Load load) {
        if (load.thread == Thread.currentThread()) {
            throw new IllegalStateException(
                    "A value of the cache '%s' needs itself to be loaded.".formatted(name));
        }
    }

    /** Writes what a load has brought, unless the entry was changed meanwhile. */
    private void complete(ByteBuffer storeKey, Load load, Object storeValue) {
        byte[] encoded = encode(storeValue);
        locked(
                storeKey,
                () -> {
                    if (!load.superseded) {
                        write(storeKey, encoded);
                    }
                    return loads.remove(storeKey, load);
                });
    }

    /** Makes sure that nobody waits for a load that has ended, in whatever way. */
    private void abandon(ByteBuffer storeKey, Load load) {
        load.thread = null;
        loads.remove(storeKey, load);
        load.storeValue.cancel(false);
    }

    @Override
    public @Nullable CompletableFuture<?> retrieve(Object key) {
        Object found = lookup(key);
        return found == null
                ? null
                : CompletableFuture.completedFuture(
                        isAllowNullValues() ? toValueWrapper(found) : fromStoreValue(found));
    }

    /**
     * Returns the value of a key, or has it loaded. What was loaded is written on the thread that
     * completes the loader's future.
     */
    @Override
    public <T> CompletableFuture<T> retrieve(
            Object key, Supplier<CompletableFuture<T>> valueLoader) {
        ByteBuffer storeKey = storeKey(key);
        return retrieveStoreValue(storeKey, valueLoader)
                .thenApply(found -> uncheckedCast(fromStoreValue(found)));
    }

    private <T> CompletableFuture<Object> retrieveStoreValue(
            ByteBuffer storeKey, Supplier<CompletableFuture<T>> valueLoader) {
        Object found = read(storeKey);
        if (found != null) {
            count(true);
            return CompletableFuture.completedFuture(found);
        }
        Load own = new Load();
        Load other = loads.putIfAbsent(storeKey, own);
        if (other == null) {
            return load(storeKey, own, valueLoader);
        }
        requireNotWithin(other);
        return other.storeValue
                .handle(
                        (value, failure) -> {
                            if (failure != null) {
                                return retrieveStoreValue(storeKey, valueLoader);
                            }
                            count(true);
                            return CompletableFuture.completedFuture(value);
                        })
                .thenCompose(Function.identity());
    }

    private <T> CompletableFuture<Object> load(
            ByteBuffer storeKey, Load own, Supplier<CompletableFuture<T>> valueLoader) {
        CompletableFuture<T> loading;
        try {
            Object found = read(storeKey); // Another load may just have ended.
            count(found != null);
            if (found != null) {
                own.storeValue.complete(found);
                abandon(storeKey, own);
                return own.storeValue;
            }
            loading = valueLoader.get();
        } catch (RuntimeException | Error ex) {
            abandon(storeKey, own);
            return CompletableFuture.failedFuture(ex);
        }
        own.thread = null;
        // Not the load's own future, which a caller could cancel for all who wait.
        return loading.thenApply(
                        value -> {
                            Object storeValue = toStoreValue(value);
                            complete(storeKey, own, storeValue);
                            own.storeValue.complete(storeValue);
                            return storeValue;
                        })
                .whenComplete((storeValue, failure) -> abandon(storeKey, own));
    }

    @Override
    public void put(Object key, @Nullable Object value) {
        ByteBuffer storeKey = storeKey(key);
        byte[] encoded = encode(toStoreValue(value));
        locked(
                storeKey,
                () -> {
                    supersedeLoad(storeKey);
                    write(storeKey, encoded);
                    return true;
                });
    }

    @Override
    public @Nullable ValueWrapper putIfAbsent(Object key, @Nullable Object value) {
        ByteBuffer storeKey = storeKey(key);
        byte[] encoded = encode(toStoreValue(value));
        Object present =
                locked(
                        storeKey,
                        () -> {
                            Object found = read(storeKey);
                            if (found == null) {
                                supersedeLoad(storeKey);
                                write(storeKey, encoded);
                            }
                            return found;
                        });
        return toValueWrapper(present);
    }

    @Override
    public void evict(Object key) {
        evictIfPresent(key);
    }

    @Override
    public boolean evictIfPresent(Object key) {
        ByteBuffer storeKey = storeKey(key);
        boolean present =
                Boolean.TRUE.equals(
                        locked(
                                storeKey,
                                () -> {
                                    supersedeLoad(storeKey);
                                    return store.delete(storeKey.array());
                                }));
        if (present) {
            removals.increment();
        }
        return present;
    }

    @Override
    public void clear() {
        invalidate();
    }

    /**
     * Removes the entries of this cache and no others, at the cost of a pass over the keys of the
     * store. Entries that are put meanwhile may stay.
     */
    @Override
    public boolean invalidate() {
        // First, so that no load brings an older value after its entry has been removed below.
        for (ByteBuffer storeKey : loads.keySet()) {
            locked(
                    storeKey,
                    () -> {
                        supersedeLoad(storeKey);
                        return true;
                    });
        }
        long removed = removeAll();
        removals.add(removed);
        return removed > 0;
    }

    private long removeAll() {
        long removed = 0;
        try (Stream<Entry> entries = store.scan(keys.prefix())) {
            WriteBatch batch = new WriteBatch();
            int bytes = 0;
            for (Entry entry : (Iterable<Entry>) entries::iterator) {
                batch.delete(entry.key());
                removed++;
                bytes += entry.key().length;
                if (bytes > BATCH_BYTES || batch.size() == BATCH_BYTES / 64) {
                    store.write(batch);
                    batch = new WriteBatch();
                    bytes = 0;
                }
            }
            store.write(batch);
        }
        return removed;
    }

    /** Returns how often a value was found. */
    long hits() {
        return hits.sum();
    }

    /** Returns how often a value was not found. */
    long misses() {
        return misses.sum();
    }

    /** Returns how many values were written. */
    long puts() {
        return puts.sum();
    }

    /** Returns how many entries were evicted or cleared. */
    long removals() {
        return removals.sum();
    }

    /** Returns how often an entry was found that could not be read. */
    long unreadable() {
        return unreadable.sum();
    }

    private ByteBuffer storeKey(Object key) {
        return ByteBuffer.wrap(keys.encode(key));
    }

    private byte[] encode(@Nullable Object storeValue) {
        return values.encode(fromStoreValue(storeValue));
    }

    /** Returns the value that is stored, as Spring wants to have it, or null if there is none. */
    private @Nullable Object read(ByteBuffer storeKey) {
        byte[] stored = store.get(storeKey.array());
        if (stored == null) {
            return null;
        }
        try {
            Object value = values.decode(stored);
            // A null that is not wanted any more counts as absent.
            return value == null && isAllowNullValues() ? NullValue.INSTANCE : value;
        } catch (UnreadableValueException ex) {
            report(ex);
            return null;
        }
    }

    private void report(UnreadableValueException ex) {
        unreadable.increment();
        if (reportedTypes.add(ex.type())) {
            logger.warn(
                    ("An entry of the cache '%s' cannot be read any more and counts as absent, as"
                                    + " will all others of this kind, without further notice: %s")
                            .formatted(name, ex.type()),
                    ex);
        }
    }

    private void write(ByteBuffer storeKey, byte[] encoded) {
        if (timeToLive == null) {
            store.set(storeKey.array(), encoded);
        } else {
            store.set(storeKey.array(), encoded, timeToLive);
        }
        puts.increment();
    }

    private void supersedeLoad(ByteBuffer storeKey) {
        Load load = loads.get(storeKey);
        if (load != null) {
            load.superseded = true;
        }
    }

    private <T> @Nullable T locked(ByteBuffer storeKey, Supplier<@Nullable T> action) {
        ReentrantLock lock = locks[Math.floorMod(storeKey.hashCode(), LOCKS)];
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    private void count(boolean hit) {
        (hit ? hits : misses).increment();
    }

    @SuppressWarnings("unchecked") // The caller says what type it expects, as the interface has it.
    private static <T> T uncheckedCast(@Nullable Object value) {
        return (T) value;
    }
}
