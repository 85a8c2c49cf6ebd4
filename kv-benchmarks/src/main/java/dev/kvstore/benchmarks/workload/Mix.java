package dev.kvstore.benchmarks.workload;

/** Spreads the bits of a number: the finishing step of SplitMix64, which maps 1 to 1. */
final class Mix {

    static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;

    private Mix() {}

    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
