package dev.kvstore.benchmarks.targets;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.workload.Draw;
import dev.kvstore.benchmarks.workload.Records;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Operations that one thread begins at fixed times, whatever the one before took. Latency counts
 * from the time at which an operation was due, so what had to wait behind a slow one is slow, too:
 * there is no coordinated omission to correct.
 */
final class PacedLoad {

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;
    private static final int WRITES_IN_A_HUNDRED = 10;

    private final Histogram reads = new Histogram(LONGEST_NANOS, DIGITS);
    private final Histogram writes = new Histogram(LONGEST_NANOS, DIGITS);
    private final StoreAdapter store;
    private final long keys;
    private final byte[] key = new byte[Records.KEY_BYTES];
    private final byte[] value;
    private final Draw draw = new Draw(17);

    PacedLoad(StoreAdapter store, long keys, int valueBytes) {
        this.store = store;
        this.keys = keys;
        this.value = new byte[valueBytes];
    }

    /** Loads the store for two times, one after the other, of which the second is counted. */
    void run(long operationsPerSecond, long warmupMillis, long millis) {
        double nanosBetween = 1e9 / operationsPerSecond;
        long uncounted = operationsPerSecond * warmupMillis / 1000;
        long operations = uncounted + operationsPerSecond * millis / 1000;
        long start = System.nanoTime();
        for (long i = 0; i < operations; i++) {
            long due = start + (long) (i * nanosBetween);
            while (System.nanoTime() < due) {
                Thread.onSpinWait();
            }
            Histogram histogram = operate();
            if (i >= uncounted) {
                histogram.recordValue(System.nanoTime() - due);
            }
        }
    }

    /** Latencies of reads, in nanoseconds. */
    Histogram reads() {
        return reads;
    }

    /** Latencies of updates, in nanoseconds. */
    Histogram writes() {
        return writes;
    }

    private Histogram operate() {
        long index = draw.below(keys);
        Records.key(index, key);
        if (draw.below(100) < WRITES_IN_A_HUNDRED) {
            store.set(key, Records.value(index, draw.next(), value));
            return writes;
        }
        Records.check(store.get(key), index, value.length);
        return reads;
    }
}
