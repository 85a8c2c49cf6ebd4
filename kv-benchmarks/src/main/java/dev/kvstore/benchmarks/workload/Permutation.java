package dev.kvstore.benchmarks.workload;

/**
 * A shuffled order of the numbers from 0 to {@code size - 1} that takes no memory: an invertible
 * mix of as many bits as the size needs, repeated while its result is too large. That is once or
 * twice on average, as the size is more than half of the numbers of so many bits.
 */
public final class Permutation {

    private final long size;
    private final long[] parts = new long[4];
    private final long mask;
    private final int shift;

    /** Makes an order; each seed has its own. */
    public Permutation(long size, long seed) {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, but is " + size);
        }
        int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        this.size = size;
        this.mask = (1L << bits) - 1;
        this.shift = Math.max(1, bits / 2);
        Draw draw = new Draw(seed);
        for (int i = 0; i < parts.length; i++) {
            parts[i] = draw.next();
        }
    }

    /** Returns the number at a position. */
    public long at(long position) {
        long number = position;
        do {
            number = step(number);
        } while (number >= size);
        return number;
    }

    // Each line can be undone within the mask: additions, odd factors, shifted exclusive ors.
    private long step(long number) {
        for (long part : parts) {
            number = (number * (part | 1) + (part >>> 32)) & mask;
            number ^= number >>> shift;
        }
        return number;
    }
}
