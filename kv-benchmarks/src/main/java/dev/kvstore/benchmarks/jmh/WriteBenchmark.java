package dev.kvstore.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Threads;

/** New values for keys that are there, alone and beside reads; uniform, over all keys. */
public class WriteBenchmark extends StoreBenchmark {

    /** The stores that can write. */
    public static class Stores extends StoreState {

        /** The name of the store. */
        @Param({"kv", "hashmap", "append"})
        public String store;

        @Override
        String store() {
            return store;
        }
    }

    /** Writes only. */
    @Benchmark
    public void overwrite(Stores stores, Client client) {
        client.overwrite(stores, client.draw().below(stores.keys));
    }

    /** One write in twenty operations, by two threads. */
    @Benchmark
    @Threads(2)
    public void read95Write5(ReadBenchmark.Stores stores, Client client) {
        mixed(stores, client, 5);
    }

    /** One write in two operations, by two threads. */
    @Benchmark
    @Threads(2)
    public void read50Write50(ReadBenchmark.Stores stores, Client client) {
        mixed(stores, client, 50);
    }

    private static void mixed(StoreState stores, Client client, int percentWrites) {
        long index = client.draw().below(stores.keys);
        if (client.draw().below(100) < percentWrites) {
            client.overwrite(stores, index);
        } else {
            client.read(stores, index);
        }
    }
}
