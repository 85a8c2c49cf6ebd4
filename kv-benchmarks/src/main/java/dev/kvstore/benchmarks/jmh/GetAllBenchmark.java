package dev.kvstore.benchmarks.jmh;

import dev.kvstore.benchmarks.workload.Records;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reads of 64 keys, all there and equally likely: by one call, and by a loop. */
public class GetAllBenchmark extends StoreBenchmark {

    private static final int KEYS = 64;

    /** The keys of one call. */
    @State(Scope.Thread)
    public static class Batch {

        private final byte[][] keys = new byte[KEYS][Records.KEY_BYTES];
        private final long[] indexes = new long[KEYS];

        void draw(StoreState state, Client client) {
            for (int i = 0; i < KEYS; i++) {
                indexes[i] = client.draw().below(state.keys);
                Records.key(indexes[i], keys[i]);
            }
        }

        void check(byte[][] values, int valueBytes) {
            for (int i = 0; i < KEYS; i++) {
                Records.check(values[i], indexes[i], valueBytes);
            }
        }
    }

    /** One call. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public byte[][] getAll(ReadBenchmark.Stores stores, Client client, Batch batch) {
        batch.draw(stores, client);
        byte[][] values = stores.adapter().getAll(batch.keys);
        batch.check(values, stores.valueBytes);
        return values;
    }

    /** A loop. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public byte[][] loop(ReadBenchmark.Stores stores, Client client, Batch batch) {
        batch.draw(stores, client);
        byte[][] values = new byte[KEYS][];
        for (int i = 0; i < KEYS; i++) {
            values[i] = stores.adapter().get(batch.keys[i]);
        }
        batch.check(values, stores.valueBytes);
        return values;
    }
}
