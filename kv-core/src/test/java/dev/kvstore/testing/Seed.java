package dev.kvstore.testing;

import java.util.concurrent.ThreadLocalRandom;

/** Where randomness in tests comes from: printed, so that a failure can be repeated. */
public final class Seed {

    private static final String PROPERTY = "kv.test.seed";

    private Seed() {}

    /** Returns the seed that was asked for, or a new one, and says on the console which it is. */
    public static long announce(String test) {
        Long wanted = Long.getLong(PROPERTY);
        long seed = wanted != null ? wanted : ThreadLocalRandom.current().nextLong(1_000_000_000L);
        System.out.println(test + ": repeat with -D" + PROPERTY + "=" + seed);
        return seed;
    }
}
