package dev.kvstore.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Threads;

/** Writes that survive a power cut when they return: how well writers share the disk's syncs. */
public class DurablePutBenchmark extends StoreBenchmark {

    /** The stores that can promise it. */
    public static class Stores extends StoreState {

        /** The name of the store. */
        @Param({"kv-sync", "append-sync"})
        public String store;

        @Override
        String store() {
            return store;
        }
    }

    /** One writer, which cannot share. */
    @Benchmark
    public void oneThread(Stores stores, Client client) {
        client.overwrite(stores, client.draw().below(stores.keys));
    }

    /** Few writers. */
    @Benchmark
    @Threads(4)
    public void fourThreads(Stores stores, Client client) {
        oneThread(stores, client);
    }

    /** Many writers. */
    @Benchmark
    @Threads(32)
    public void thirtyTwoThreads(Stores stores, Client client) {
        oneThread(stores, client);
    }
}
