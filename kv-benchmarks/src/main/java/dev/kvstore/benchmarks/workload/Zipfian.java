package dev.kvstore.benchmarks.workload;

/**
 * Draws ranks from 0 to {@code size - 1} of which rank {@code r} comes up in proportion to {@code 1
 * / (r + 1)^0.99}, as in YCSB, by the method of Gray et al., "Quickly generating billion-record
 * synthetic databases" (1994). Making one takes time in proportion to the size.
 */
public final class Zipfian {

    private static final double THETA = 0.99;

    private final long size;
    private final double zeta;
    private final double eta;

    /** Prepares to draw from that many ranks. */
    public Zipfian(long size) {
        this.size = size;
        this.zeta = zeta(size);
        this.eta = (1 - Math.pow(2.0 / size, 1 - THETA)) / (1 - zeta(2) / zeta);
    }

    /** Returns the rank for a number drawn evenly from 0 (inclusive) to 1 (exclusive). */
    public long rank(double uniform) {
        double scaled = uniform * zeta;
        if (scaled < 1) {
            return 0;
        }
        if (scaled < 1 + Math.pow(0.5, THETA)) {
            return Math.min(1, size - 1);
        }
        long rank = (long) (size * Math.pow(eta * uniform - eta + 1, 1 / (1 - THETA)));
        return Math.min(rank, size - 1);
    }

    private static double zeta(long size) {
        double sum = 0;
        for (long i = 1; i <= size; i++) {
            sum += 1 / Math.pow(i, THETA);
        }
        return sum;
    }
}
