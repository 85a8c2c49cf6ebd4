package dev.kvstore.benchmarks.peer;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * RocksDB through its JNI binding.
 *
 * <p>Settings: {@code optimizeForPointLookup}, that is a hash index in each data block, 10-bit
 * Bloom filters, a memtable filter, and a block cache, here of 512 MiB so that a million small
 * records fit it; no compression, as the values are random; two background jobs.
 *
 * <p>A write survives the death of the process by the write-ahead log, and with {@code -sync} a
 * power cut by {@code WriteOptions.sync}; writers that wait share a sync.
 */
public final class RocksDbAdapter implements StoreAdapter {

    private static final long BLOCK_CACHE_MIB = 512;

    private final Options options = new Options();
    private final WriteOptions writes = new WriteOptions();
    private final RocksDB db;

    /** Opens the database. */
    public RocksDbAdapter(StoreOptions given) {
        options.optimizeForPointLookup(BLOCK_CACHE_MIB)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setMaxBackgroundJobs(2)
                .setCreateIfMissing(true);
        writes.setSync(given.sync());
        try {
            db = RocksDB.open(options, given.directory().toString());
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void set(byte[] key, byte[] value) {
        try {
            db.put(writes, key, value);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        try {
            return db.get(key);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void delete(byte[] key) {
        try {
            db.delete(writes, key);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Rewrites all levels; without the option the last one would stay as it is. */
    @Override
    public void compact() {
        try (FlushOptions flush = new FlushOptions();
                CompactRangeOptions all = new CompactRangeOptions()) {
            all.setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized);
            db.flush(flush);
            db.compactRange(db.getDefaultColumnFamily(), null, null, all);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            db.closeE();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        } finally {
            writes.close();
            options.close();
        }
    }
}
