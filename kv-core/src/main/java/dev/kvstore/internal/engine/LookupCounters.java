package dev.kvstore.internal.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts lookups that found something and lookups that did not.
 *
 * <p><b>Threads:</b> any. The counts are spread over stripes by the id of the thread, so that
 * threads that were started one after the other, as those of a pool are, do not share a cache line.
 */
final class LookupCounters {

    private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Two lines of 64 bytes: processors fetch them in pairs. */
    private static final int STRIPE_LONGS = 16;

    private static final int MAX_STRIPES = 256;

    private final int mask;
    private final long[] counts;

    LookupCounters() {
        int wanted = 4 * Runtime.getRuntime().availableProcessors();
        int stripes = Math.min(MAX_STRIPES, Integer.highestOneBit(2 * wanted - 1));
        mask = stripes - 1;
        counts = new long[(stripes + 1) * STRIPE_LONGS]; // the first is kept off the array's header
    }

    /** Counts a lookup. */
    void count(boolean found) {
        int stripe = (int) Thread.currentThread().getId() & mask;
        COUNTS.getAndAdd(counts, (stripe + 1) * STRIPE_LONGS + (found ? 0 : 1), 1L);
    }

    /** Returns how many lookups found something. */
    long hits() {
        return sum(0);
    }

    /** Returns how many lookups found nothing. */
    long misses() {
        return sum(1);
    }

    private long sum(int which) {
        long sum = 0;
        for (int at = STRIPE_LONGS + which; at < counts.length; at += STRIPE_LONGS) {
            sum += (long) COUNTS.getOpaque(counts, at);
        }
        return sum;
    }
}
