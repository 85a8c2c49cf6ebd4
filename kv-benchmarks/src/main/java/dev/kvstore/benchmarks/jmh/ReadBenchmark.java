package dev.kvstore.benchmarks.jmh;

import dev.kvstore.benchmarks.workload.Draw;
import dev.kvstore.benchmarks.workload.Permutation;
import dev.kvstore.benchmarks.workload.Zipfian;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Threads;

/** Reads of single keys, with no writer beside them. */
public class ReadBenchmark extends StoreBenchmark {

    /** The stores that can read. */
    public static class Stores extends StoreState {

        /** The name of the store. */
        @Param({"kv", "hashmap"})
        public String store;

        @Override
        String store() {
            return store;
        }
    }

    /** The same with a stock of keys of which few are read often, drawn before the measurement. */
    public static class ZipfianStores extends Stores {

        private static final int STOCK = 1 << 20;

        private int[] indexes = new int[0];

        /** Draws the stock. Which keys are read often does not depend on when they were written. */
        @Setup
        public void draw() {
            Zipfian zipfian = new Zipfian(keys);
            Permutation scattered = new Permutation(keys, 1);
            Draw draw = new Draw(2);
            indexes = new int[STOCK];
            for (int i = 0; i < STOCK; i++) {
                indexes[i] = Math.toIntExact(scattered.at(zipfian.rank(draw.fraction())));
            }
        }

        // Any run of the stock is as good as any other, so threads may step through it at random.
        long next(Draw draw) {
            return indexes[(int) draw.below(STOCK)];
        }
    }

    /** Keys that are all there, each equally likely. */
    @Benchmark
    public byte[] uniform(Stores stores, Client client) {
        return client.read(stores, client.draw().below(stores.keys));
    }

    /** The same by two threads. */
    @Benchmark
    @Threads(2)
    public byte[] uniformTwoThreads(Stores stores, Client client) {
        return uniform(stores, client);
    }

    /** Keys that are all there, few of them very often. */
    @Benchmark
    public byte[] zipfian(ZipfianStores stores, Client client) {
        return client.read(stores, stores.next(client.draw()));
    }

    /** The same by two threads. */
    @Benchmark
    @Threads(2)
    public byte[] zipfianTwoThreads(ZipfianStores stores, Client client) {
        return zipfian(stores, client);
    }

    /** Keys that are not there. */
    @Benchmark
    public void miss(Stores stores, Client client) {
        client.miss(stores);
    }
}
