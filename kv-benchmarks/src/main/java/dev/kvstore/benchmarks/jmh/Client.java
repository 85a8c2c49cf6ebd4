package dev.kvstore.benchmarks.jmh;

import dev.kvstore.benchmarks.workload.Draw;
import dev.kvstore.benchmarks.workload.Records;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** A thread that uses the store: its draw of keys, and arrays that it fills again and again. */
@State(Scope.Thread)
public class Client {

    private final byte[] key = new byte[Records.KEY_BYTES];
    private byte[] value = new byte[0];
    private Draw draw = new Draw(0);

    /** Gives each thread its own, repeatable draw. */
    @Setup
    public void seed(ThreadParams thread) {
        draw = new Draw(thread.getThreadIndex());
    }

    Draw draw() {
        return draw;
    }

    /** Reads a key that is there and checks its value. */
    byte[] read(StoreState state, long index) {
        byte[] found = state.adapter().get(Records.key(index, key));
        Records.check(found, index, state.valueBytes);
        return found;
    }

    /** Looks for a key that is not there. */
    void miss(StoreState state) {
        long index = state.keys + draw.below(state.keys);
        if (state.adapter().get(Records.key(index, key)) != null) {
            throw new IllegalStateException("Found key " + index + ", which was never written");
        }
    }

    /** Writes a new value for a key that is there. */
    void overwrite(StoreState state, long index) {
        if (value.length != state.valueBytes) {
            value = new byte[state.valueBytes];
        }
        Records.value(index, draw.next(), value);
        state.adapter().set(Records.key(index, key), value);
    }
}
