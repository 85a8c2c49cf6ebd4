package dev.kvstore.spring.boot;

import dev.kvstore.BackupReport;
import dev.kvstore.CompactionProgress;
import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreListener;
import dev.kvstore.StoreStats;
import dev.kvstore.VerificationReport;
import dev.kvstore.WriteBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A store that passes every call but {@code close} on to another. */
public abstract class DelegatingKeyValueStore implements KeyValueStore {

    /** Makes a store. */
    protected DelegatingKeyValueStore() {}

    /**
     * Returns the store that calls go to now.
     *
     * @return the store
     */
    protected abstract KeyValueStore delegate();

    @Override
    public void set(byte[] key, byte[] value) {
        delegate().set(key, value);
    }

    @Override
    public void set(byte[] key, byte[] value, Duration ttl) {
        delegate().set(key, value, ttl);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return delegate().get(key);
    }

    @Override
    public boolean update(byte[] key, byte[] value) {
        return delegate().update(key, value);
    }

    @Override
    public boolean delete(byte[] key) {
        return delegate().delete(key);
    }

    @Override
    public boolean contains(byte[] key) {
        return delegate().contains(key);
    }

    @Override
    public boolean setIfAbsent(byte[] key, byte[] value) {
        return delegate().setIfAbsent(key, value);
    }

    @Override
    public boolean compareAndSet(byte[] key, byte[] expected, byte[] value) {
        return delegate().compareAndSet(key, expected, value);
    }

    @Override
    public byte @Nullable [][] getAll(byte[][] keys) {
        return delegate().getAll(keys);
    }

    @Override
    public void write(WriteBatch batch) {
        delegate().write(batch);
    }

    @Override
    public Stream<Entry> scan(byte[] prefix) {
        return delegate().scan(prefix);
    }

    @Override
    public long size() {
        return delegate().size();
    }

    @Override
    public StoreStats stats() {
        return delegate().stats();
    }

    @Override
    public void sync() {
        delegate().sync();
    }

    @Override
    public CompactionReport compact(Consumer<? super CompactionProgress> listener) {
        return delegate().compact(listener);
    }

    @Override
    public void addListener(StoreListener listener) {
        delegate().addListener(listener);
    }

    @Override
    public BackupReport backup(Path target) {
        return delegate().backup(target);
    }

    @Override
    public VerificationReport verify() {
        return delegate().verify();
    }

    @Override
    public CompactionStatus compactionStatus() {
        return delegate().compactionStatus();
    }
}
