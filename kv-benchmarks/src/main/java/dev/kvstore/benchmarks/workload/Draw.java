package dev.kvstore.benchmarks.workload;

/**
 * A repeatable sequence of random numbers that costs a nanosecond each (SplitMix64).
 *
 * <p><b>Threads:</b> one only.
 */
public final class Draw {

    private long state;

    /** Starts a sequence; each seed has its own. */
    public Draw(long seed) {
        state = Mix.mix(seed + Mix.GOLDEN_GAMMA);
    }

    /** Returns any number. */
    public long next() {
        state += Mix.GOLDEN_GAMMA;
        return Mix.mix(state);
    }

    /** Returns a number from 0 to {@code bound - 1}, all equally likely. */
    public long below(long bound) {
        return Math.multiplyHigh(next() >>> 1, bound << 1);
    }

    /** Returns a number from 0 (inclusive) to 1 (exclusive). */
    public double fraction() {
        return (next() >>> 11) * 0x1p-53;
    }
}
