package dev.kvstore.benchmarks.phase;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.workload.KillWorkload;
import dev.kvstore.benchmarks.workload.Permutation;
import dev.kvstore.benchmarks.workload.Records;
import dev.kvstore.benchmarks.workload.WrongValueException;

/**
 * Passes over all keys of a store, by one thread as fast as it can. Every value read is verified.
 *
 * <p><b>Threads:</b> one only.
 */
public final class Passes {

    private final long keys;
    private final byte[] key = new byte[Records.KEY_BYTES];
    private final byte[] value;

    /** Prepares to go over that many keys with values of that length. */
    public Passes(long keys, int valueBytes) {
        this.keys = keys;
        this.value = new byte[valueBytes];
    }

    /** Writes a version of every value, in an order of that version's own. */
    public void write(StoreAdapter store, long version) {
        Permutation order = new Permutation(keys, version);
        for (long i = 0; i < keys; i++) {
            long index = order.at(i);
            store.set(Records.key(index, key), Records.value(index, version, value));
        }
    }

    /** Reads every value, and throws if it is not of that version. */
    public void read(StoreAdapter store, long version) {
        Permutation order = new Permutation(keys, ~version);
        for (long i = 0; i < keys; i++) {
            long index = order.at(i);
            long found = version(store, index);
            if (found != version) {
                throw new WrongValueException("version " + found + ", not " + version, index);
            }
        }
    }

    /**
     * Writes and deletes for ever, counting each write after it has returned.
     *
     * @param version the version that every key has before
     */
    public void writeUntilKilled(StoreAdapter store, long version, SharedCounter written) {
        KillWorkload workload = new KillWorkload(keys, version);
        for (long operation = 0; ; operation++) {
            long index = workload.index(operation);
            long next = workload.version(operation);
            Records.key(index, key);
            if (next == KillWorkload.ABSENT) {
                store.delete(key);
            } else {
                store.set(key, Records.value(index, next, value));
            }
            written.set(operation + 1);
        }
    }

    /**
     * Reads what {@link #writeUntilKilled} left. The write that was under way when the process was
     * killed may be there or not.
     *
     * @param version the version that every key had before
     * @param written how many writes had returned
     * @param count how many keys to read, those that were written first
     */
    public Remains readAfterKill(StoreAdapter store, long version, long written, long count) {
        KillWorkload workload = new KillWorkload(keys, version);
        long present = 0;
        long wrong = 0;
        for (long position = 0; position < count; position++) {
            long found = version(store, workload.index(position));
            long expected = workload.expected(position, written);
            if (found != expected && found != workload.expected(position, written + 1)) {
                wrong++;
            }
            present += found == KillWorkload.ABSENT ? 0 : 1;
        }
        return new Remains(present, wrong);
    }

    private long version(StoreAdapter store, long index) {
        byte[] found = store.get(Records.key(index, key));
        return found == null ? KillWorkload.ABSENT : Records.check(found, index, value.length);
    }

    /**
     * What a killed process left.
     *
     * @param present how many keys are there
     * @param wrong how many have not what was written last
     */
    public record Remains(long present, long wrong) {}
}
