package dev.kvstore.benchmarks.peer;

import static org.lmdbjava.EnvFlags.MDB_NORDAHEAD;
import static org.lmdbjava.EnvFlags.MDB_NOSYNC;
import static org.lmdbjava.EnvFlags.MDB_NOTLS;
import static org.lmdbjava.EnvFlags.MDB_WRITEMAP;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/**
 * LMDB through lmdbjava, with its buffers that are read in place ({@code PROXY_OPTIMAL}).
 *
 * <p>Settings: a transaction a write; one read transaction a thread, renewed for each read; a map
 * large enough for four times the data, as it must be sized in advance; no read-ahead.
 *
 * <p>A write survives the death of the process: {@code MDB_WRITEMAP} and {@code MDB_NOSYNC}, with
 * which a power cut may destroy the whole file. With {@code -sync}, the defaults: every transaction
 * is synced by itself, as writers exclude each other.
 */
public final class LmdbAdapter implements StoreAdapter {

    private static final long MIN_MAP_BYTES = 1L << 30;
    private static final int MAX_READERS = 256;

    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> dbi;
    private final Queue<Txn<ByteBuffer>> reads = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<Buffers> buffers;

    /** Opens the environment. */
    public LmdbAdapter(StoreOptions given) {
        long dataBytes = given.keys() * (given.keyBytes() + given.valueBytes());
        EnvFlags[] flags =
                given.sync()
                        ? new EnvFlags[] {MDB_NOTLS, MDB_NORDAHEAD}
                        : new EnvFlags[] {MDB_NOTLS, MDB_NORDAHEAD, MDB_NOSYNC, MDB_WRITEMAP};
        env =
                Env.create()
                        .setMapSize(Math.max(MIN_MAP_BYTES, 4 * dataBytes))
                        .setMaxReaders(MAX_READERS)
                        .open(given.directory().toFile(), flags);
        dbi = env.openDbi((byte[]) null, DbiFlags.MDB_CREATE);
        buffers = ThreadLocal.withInitial(() -> new Buffers(given));
    }

    @Override
    public void set(byte[] key, byte[] value) {
        Buffers mine = buffers.get();
        try (Txn<ByteBuffer> write = env.txnWrite()) {
            dbi.put(write, mine.key(key), mine.value(value));
            write.commit();
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Buffers mine = buffers.get();
        mine.read.renew();
        try {
            ByteBuffer found = dbi.get(mine.read, mine.key(key));
            if (found == null) {
                return null;
            }
            byte[] value = new byte[found.remaining()];
            found.get(value);
            return value;
        } finally {
            mine.read.reset();
        }
    }

    @Override
    public void delete(byte[] key) {
        Buffers mine = buffers.get();
        try (Txn<ByteBuffer> write = env.txnWrite()) {
            dbi.delete(write, mine.key(key));
            write.commit();
        }
    }

    @Override
    public void close() {
        reads.forEach(Txn::close);
        env.sync(true);
        env.close();
    }

    // What a thread uses again and again.
    private final class Buffers {

        private final Txn<ByteBuffer> read = env.txnRead();
        private final ByteBuffer key;
        private final ByteBuffer value;

        Buffers(StoreOptions given) {
            key = ByteBuffer.allocateDirect(given.keyBytes());
            value = ByteBuffer.allocateDirect(given.valueBytes());
            read.reset();
            reads.add(read);
        }

        ByteBuffer key(byte[] bytes) {
            return key.clear().put(bytes).flip();
        }

        ByteBuffer value(byte[] bytes) {
            return value.clear().put(bytes).flip();
        }
    }
}
