package dev.kvstore.internal.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The hash of a key: 64 bits, of which the upper ones choose the page (and are kept in part in the
 * slot) and the lowest six the bucket in it.
 *
 * <p>The bytes are mixed by multiplying 64 by 64 bits to 128 and folding, as wyhash does (Wang Yi,
 * "wyhash", 2019), with a seed drawn for each store, so that nobody who cannot read the store's
 * files can make keys that collide.
 *
 * <p>The upper half is then bent from evenly spread to a density that differs by a factor of two
 * between its ends. Were it even, all pages would fill and split at the same time, and right after
 * that the index would be half as full as before; bent, at any number of keys some pages are about
 * to split and some have just done so, and the bytes a key stay the same. It is the idea of spiral
 * storage (Martin, "Spiral Storage: Incrementally Augmentable Hash Addressed Storage", 1979).
 */
public final class KeyHash {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long P0 = 0xa0761d6478bd642fL;
    private static final long P1 = 0xe7037ed1a0b428dbL;

    /**
     * {@code u + BEND * u * (1 - u)} is within 0.8 % of {@code log2(1 + u)}; here in units of
     * 2^-16.
     */
    private static final long BEND = 22_479;

    private KeyHash() {}

    /** Returns the hash of a key in an array. */
    public static long of(long seed, byte[] key) {
        int length = key.length;
        long h = seed ^ mix(seed ^ P0, length ^ P1);
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            h = mix(h ^ (long) LONGS.get(key, i), P1 ^ i);
        }
        if (i < length) {
            long tail = 0;
            for (int shift = 0; i < length; i++, shift += 8) {
                tail |= (key[i] & 0xffL) << shift;
            }
            h = mix(h ^ tail, P0 ^ length);
        }
        return bend(mix(h ^ P0, P1));
    }

    /** Returns the hash of a key in a little-endian buffer; the same as of the key in an array. */
    public static long of(long seed, ByteBuffer buffer, int offset, int length) {
        long h = seed ^ mix(seed ^ P0, length ^ P1);
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            h = mix(h ^ buffer.getLong(offset + i), P1 ^ i);
        }
        if (i < length) {
            long tail = 0;
            for (int shift = 0; i < length; i++, shift += 8) {
                tail |= (buffer.get(offset + i) & 0xffL) << shift;
            }
            h = mix(h ^ tail, P0 ^ length);
        }
        return bend(mix(h ^ P0, P1));
    }

    private static long mix(long a, long b) {
        long high = Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a); // unsigned
        return high ^ (a * b);
    }

    private static long bend(long even) {
        long u = even >>> 32;
        long bow = (u * (0xffff_ffffL - u)) >>> 32; // u * (1 - u), at most a quarter
        long bent = u + ((bow * BEND) >>> 16);
        return bent << 32 | (even & 0xffff_ffffL);
    }
}
