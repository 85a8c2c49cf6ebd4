package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.KeyHash;
import dev.kvstore.internal.log.RecordFormat;
import java.nio.ByteBuffer;

/** The key of a record that is whole, in the memory of its segment. */
public final class RecordKey {

    private RecordKey() {}

    /** Returns the hash of the key of the record at an offset. */
    public static long hash(long hashSeed, ByteBuffer buffer, int offset) {
        return KeyHash.of(
                hashSeed, buffer, keyOffset(buffer, offset), RecordFormat.keySize(buffer, offset));
    }

    /** Returns the hash of a key. */
    static long hashOf(long hashSeed, byte[] key) {
        return KeyHash.of(hashSeed, key);
    }

    /** Returns a copy of the key of the record at an offset. */
    static byte[] bytes(ByteBuffer buffer, int offset) {
        byte[] key = new byte[RecordFormat.keySize(buffer, offset)];
        buffer.get(keyOffset(buffer, offset), key);
        return key;
    }

    /** Returns a copy of the value of the record at an offset. */
    static byte[] value(ByteBuffer buffer, int offset) {
        byte[] value = new byte[RecordFormat.valueSize(buffer, offset)];
        buffer.get(keyOffset(buffer, offset) + RecordFormat.keySize(buffer, offset), value);
        return value;
    }

    /** Whether two records have the same key. */
    static boolean same(ByteBuffer a, int offsetA, ByteBuffer b, int offsetB) {
        int size = RecordFormat.keySize(a, offsetA);
        return size == RecordFormat.keySize(b, offsetB)
                && a.slice(keyOffset(a, offsetA), size)
                        .equals(b.slice(keyOffset(b, offsetB), size));
    }

    private static int keyOffset(ByteBuffer buffer, int offset) {
        return offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
    }
}
