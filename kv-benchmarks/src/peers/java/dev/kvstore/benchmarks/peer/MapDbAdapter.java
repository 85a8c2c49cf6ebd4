package dev.kvstore.benchmarks.peer;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/**
 * MapDB's hash tree map on a mapped file.
 *
 * <p>Settings: serializers for byte arrays; a layout of 8 segments of 4 levels of 32 nodes, so that
 * millions of keys have few collisions; no clearing of pages before use.
 *
 * <p>A write survives the death of the process as the file is mapped and written in place, without
 * transactions; that the file was not closed is not looked at when it is opened again, and a write
 * that was half done may have damaged it. With {@code -sync}, transactions through a write-ahead
 * log and a commit for each write.
 */
public final class MapDbAdapter implements StoreAdapter {

    private final DB db;
    private final ConcurrentMap<byte[], byte[]> map;
    private final boolean sync;

    /** Opens the file. */
    public MapDbAdapter(StoreOptions given) {
        sync = given.sync();
        DBMaker.Maker maker =
                DBMaker.fileDB(given.directory().resolve("map.db").toFile())
                        .fileMmapEnable()
                        .fileMmapPreclearDisable()
                        .checksumHeaderBypass();
        db = (sync ? maker.transactionEnable() : maker).make();
        map =
                db.hashMap("map", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY)
                        .layout(8, 32, 4)
                        .createOrOpen();
    }

    @Override
    public void set(byte[] key, byte[] value) {
        map.put(key, value);
        force();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return map.get(key);
    }

    @Override
    public void delete(byte[] key) {
        map.remove(key);
        force();
    }

    @Override
    public void compact() {
        db.getStore().compact();
    }

    @Override
    public void close() {
        db.close();
    }

    private void force() {
        if (sync) {
            db.commit();
        }
    }
}
