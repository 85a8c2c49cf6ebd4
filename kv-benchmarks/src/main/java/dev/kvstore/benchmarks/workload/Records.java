package dev.kvstore.benchmarks.workload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values by index. The key of an index looks random, so that indexes in rising order are
 * keys in random order. A value holds the index of its key, a version, and filler that depends on
 * both in every byte: a value that belongs to another key or write, or is a blend of two, is found
 * out.
 */
public final class Records {

    /** The length of every key. */
    public static final int KEY_BYTES = 16;

    /** The shortest value: an index and a version. */
    public static final int MIN_VALUE_BYTES = 16;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Records() {}

    /** Makes the key of an index in an array of {@link #KEY_BYTES}. */
    public static byte[] key(long index, byte[] key) {
        long first = Mix.mix(index + Mix.GOLDEN_GAMMA);
        LONG.set(key, 0, first);
        LONG.set(key, Long.BYTES, Mix.mix(first + Mix.GOLDEN_GAMMA));
        return key;
    }

    /** Makes a value, as long as the array. */
    public static byte[] value(long index, long version, byte[] value) {
        LONG.set(value, 0, index);
        LONG.set(value, Long.BYTES, version);
        long filler = filler(index, version);
        int at = MIN_VALUE_BYTES;
        for (; at + Long.BYTES <= value.length; at += Long.BYTES) {
            LONG.set(value, at, filler);
            filler += Mix.GOLDEN_GAMMA;
        }
        for (; at < value.length; at++) {
            value[at] = (byte) filler;
            filler >>>= Byte.SIZE;
        }
        return value;
    }

    /**
     * Checks every byte of a value that was read.
     *
     * @return the version it was written with
     * @throws WrongValueException if it is not one that was written under the key of the index
     */
    public static long check(byte @Nullable [] value, long index, int valueBytes) {
        if (value == null) {
            throw new WrongValueException("the value is missing", index);
        }
        if (value.length != valueBytes) {
            throw new WrongValueException("the value has " + value.length + " bytes", index);
        }
        if ((long) LONG.get(value, 0) != index) {
            throw new WrongValueException("the value is one of " + LONG.get(value, 0), index);
        }
        long version = (long) LONG.get(value, Long.BYTES);
        if (!hasFiller(value, filler(index, version))) {
            throw new WrongValueException("the value of version " + version + " differs", index);
        }
        return version;
    }

    private static boolean hasFiller(byte[] value, long filler) {
        int at = MIN_VALUE_BYTES;
        for (; at + Long.BYTES <= value.length; at += Long.BYTES) {
            if ((long) LONG.get(value, at) != filler) {
                return false;
            }
            filler += Mix.GOLDEN_GAMMA;
        }
        for (; at < value.length; at++) {
            if (value[at] != (byte) filler) {
                return false;
            }
            filler >>>= Byte.SIZE;
        }
        return true;
    }

    private static long filler(long index, long version) {
        return Mix.mix(Mix.mix(index) + version * Mix.GOLDEN_GAMMA);
    }
}
