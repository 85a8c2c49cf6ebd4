package dev.kvstore.testing;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Where randomness in tests comes from: printed, so that a failure can be repeated. The build does
 * the same each time, so that it fails by what was changed and not by chance; what explores asks
 * for fresh seeds.
 */
public final class Seed {

    private static final String PROPERTY = "kv.test.seed";
    private static final String ARE_FRESH = "kv.test.fresh-seeds";
    private static final int BOUND = 1_000_000_000;

    private Seed() {}

    /** Returns the seed that was asked for, a new one, or that of the test; says which it is. */
    public static long announce(String test) {
        Long wanted = Long.getLong(PROPERTY);
        long own =
                Boolean.getBoolean(ARE_FRESH)
                        ? ThreadLocalRandom.current().nextLong(BOUND)
                        : Math.floorMod(test.hashCode(), BOUND);
        long seed = wanted != null ? wanted : own;
        System.out.println(test + ": repeat with -D" + PROPERTY + "=" + seed);
        return seed;
    }
}
