package dev.kvstore.concurrent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Values that carry a number, so that a read tells which write it saw. The number is everywhere in
 * the value, and the length follows from it, so that no mixture of two values passes for one.
 */
final class MarkedValue {

    private static final long SPREAD = 0x9e3779b97f4a7c15L; // 2^64 / golden ratio

    /** One in so many is large: copying it takes long, so that more can happen meanwhile. */
    private static final int LARGE_ONE_IN = 8;

    private static final int LARGE_BYTES = 8 << 10;

    private MarkedValue() {}

    static byte[] of(long number) {
        ByteBuffer value = ByteBuffer.allocate(sizeOf(number));
        while (value.hasRemaining()) {
            value.putLong(number);
        }
        return value.array();
    }

    private static int sizeOf(long number) {
        long mixed = number * SPREAD;
        boolean large = Long.remainderUnsigned(mixed >>> 8, LARGE_ONE_IN) == 0;
        return Long.BYTES * (1 + (int) (mixed >>> 59)) + (large ? LARGE_BYTES : 0);
    }

    /**
     * Returns the number of a value.
     *
     * @throws AssertionError if no such value was ever made
     */
    static long numberOf(byte[] value) {
        ByteBuffer numbers = ByteBuffer.wrap(value).order(ByteOrder.BIG_ENDIAN);
        long number = numbers.getLong(0);
        if (value.length != sizeOf(number)) {
            throw new AssertionError("No value of number " + number + " has that length.");
        }
        while (numbers.hasRemaining()) {
            if (numbers.getLong() != number) {
                throw new AssertionError("A value is of number " + number + " in part only.");
            }
        }
        return number;
    }
}
