package dev.kvstore.spring.boot.metrics;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.spring.boot.DelegatingKeyValueStore;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store whose operations are timed or observed on their way to another. */
final class InstrumentedKeyValueStore extends DelegatingKeyValueStore {

    /** What is done around an operation. */
    interface Instrument {
        <T extends @Nullable Object> T around(StoreOperation operation, Supplier<T> call);
    }

    private final KeyValueStore store;

    private final Instrument instrument;

    InstrumentedKeyValueStore(KeyValueStore store, Instrument instrument) {
        this.store = store;
        this.instrument = instrument;
    }

    @Override
    protected KeyValueStore delegate() {
        return store;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return instrument.<byte @Nullable []>around(StoreOperation.GET, () -> store.get(key));
    }

    @Override
    public byte @Nullable [][] getAll(byte[][] keys) {
        return instrument.around(StoreOperation.GET_ALL, () -> store.getAll(keys));
    }

    @Override
    public boolean contains(byte[] key) {
        return instrument.around(StoreOperation.CONTAINS, () -> store.contains(key));
    }

    @Override
    public void set(byte[] key, byte[] value) {
        run(StoreOperation.SET, () -> store.set(key, value));
    }

    @Override
    public void set(byte[] key, byte[] value, Duration ttl) {
        run(StoreOperation.SET, () -> store.set(key, value, ttl));
    }

    @Override
    public boolean update(byte[] key, byte[] value) {
        return instrument.around(StoreOperation.UPDATE, () -> store.update(key, value));
    }

    @Override
    public boolean setIfAbsent(byte[] key, byte[] value) {
        return instrument.around(StoreOperation.SET_IF_ABSENT, () -> store.setIfAbsent(key, value));
    }

    @Override
    public boolean compareAndSet(byte[] key, byte[] expected, byte[] value) {
        return instrument.around(
                StoreOperation.COMPARE_AND_SET, () -> store.compareAndSet(key, expected, value));
    }

    @Override
    public boolean delete(byte[] key) {
        return instrument.around(StoreOperation.DELETE, () -> store.delete(key));
    }

    @Override
    public void write(WriteBatch batch) {
        run(StoreOperation.WRITE, () -> store.write(batch));
    }

    @Override
    public void sync() {
        run(StoreOperation.SYNC, store::sync);
    }

    @Override
    public void close() {
        store.close();
    }

    private void run(StoreOperation operation, Runnable call) {
        instrument.<@Nullable Object>around(
                operation,
                () -> {
                    call.run();
                    return null;
                });
    }
}
