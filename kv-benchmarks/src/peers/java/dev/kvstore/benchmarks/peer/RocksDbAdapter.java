package dev.kvstore.benchmarks.peer;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * RocksDB through its JNI binding.
 *
 * <p>Settings: {@code optimizeForPointLookup}, that is a hash index in each data block, 10-bit
 * Bloom filters, a memtable filter, and a block cache, here of twice the data, so that all of it
 * fits; no compression, as the values are random; two background jobs; pipelined writes; log files
 * that are used again, so that a sync has no new blocks to record. Keys and values are handed over
 * in direct buffers, which saves copies of arrays.
 *
 * <p>A write survives the death of the process by the write-ahead log, and with {@code -sync} a
 * power cut by {@code WriteOptions.sync}; writers that wait share a sync.
 */
public final class RocksDbAdapter implements StoreAdapter {

    private static final long MIN_BLOCK_CACHE_MIB = 512;
    private static final int RECYCLED_LOG_FILES = 4;

    private final Options options = new Options();
    private final WriteOptions writes = new WriteOptions();
    private final ReadOptions reads = new ReadOptions();
    private final RocksDB db;
    private final ThreadLocal<Buffers> buffers;

    /** Opens the database. */
    public RocksDbAdapter(StoreOptions given) {
        buffers = ThreadLocal.withInitial(() -> new Buffers(given));
        long dataMib = given.keys() * (given.keyBytes() + given.valueBytes()) >> 20;
        options.optimizeForPointLookup(Math.max(MIN_BLOCK_CACHE_MIB, 2 * dataMib))
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setMaxBackgroundJobs(2)
                .setEnablePipelinedWrite(true)
                .setRecycleLogFileNum(RECYCLED_LOG_FILES)
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
            Buffers mine = buffers.get();
            db.put(writes, mine.key(key), mine.value(value));
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        try {
            Buffers mine = buffers.get();
            int bytes = db.get(reads, mine.key(key), mine.value.clear());
            if (bytes == RocksDB.NOT_FOUND) {
                return null;
            }
            byte[] value = new byte[bytes];
            mine.value.get(value);
            return value;
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void delete(byte[] key) {
        try {
            db.delete(writes, buffers.get().key(key));
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
            reads.close();
            writes.close();
            options.close();
        }
    }

    // What a thread uses again and again.
    private static final class Buffers {

        private final ByteBuffer key;
        private final ByteBuffer value;

        Buffers(StoreOptions given) {
            key = ByteBuffer.allocateDirect(given.keyBytes());
            value = ByteBuffer.allocateDirect(given.valueBytes());
        }

        ByteBuffer key(byte[] bytes) {
            return key.clear().put(bytes).flip();
        }

        ByteBuffer value(byte[] bytes) {
            return value.clear().put(bytes).flip();
        }
    }
}
