package dev.kvstore.benchmarks.phase;

import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreStats;
import dev.kvstore.benchmarks.adapter.KvAdapter;
import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.workload.KillWorkload;
import dev.kvstore.benchmarks.workload.Permutation;
import dev.kvstore.benchmarks.workload.Records;
import dev.kvstore.benchmarks.workload.WrongValueException;

/**
 * The phases of a run, in three parts for three JVMs: {@link #untilClosed}, then {@link
 * #untilKilled}, then {@link #afterKill}. A phase is one thread that does its work as fast as it
 * can; times include making and verifying keys and values.
 */
final class Phases {

    private static final double MAX_LOG_TO_LIVE = 1.1;
    private static final long MAX_HEAP_BYTES = 64 << 20;

    private final RunOptions options;
    private final Report report;
    private final long keys;
    private final byte[] key = new byte[Records.KEY_BYTES];
    private final byte[] value;
    private StoreAdapter store;

    Phases(RunOptions options, Report report) {
        this.options = options;
        this.report = report;
        this.keys = options.keys();
        this.value = new byte[options.valueBytes()];
        this.store = options.open();
    }

    /** Fills, overwrites, compacts, closes and opens the store, and reads all after each of it. */
    void untilClosed() {
        int last = options.overwrites();
        measure("fill, random order", keys, () -> writeAll(0));
        measure("read all, random order", keys, () -> readAll(0));
        measure("overwrite all, " + last + " times", keys * last, () -> overwriteAll(last));
        measure("read all", keys, () -> readAll(last));
        measure("compact", 1, store::compact);
        promiseCompact();
        measure("read all", keys, () -> readAll(last));
        if (options.kind().persistent()) {
            measure("close", 1, store::close);
            measure("open after close", 1, () -> store = options.open());
            promiseClean();
            measure("read all", keys, () -> readAll(last));
        }
        store.close();
        report.promise(true, "until then every value read was the last one written for its key");
        promiseHeap("filling to closing");
    }

    /** Writes for ever, counting each write after it has returned. */
    void untilKilled() {
        KillWorkload workload = new KillWorkload(keys, options.overwrites());
        SharedCounter written = new SharedCounter(options.counterFile());
        for (long operation = 0; ; operation++) {
            long index = workload.index(operation);
            long version = workload.version(operation);
            Records.key(index, key);
            if (version == KillWorkload.ABSENT) {
                store.delete(key);
            } else {
                store.set(key, Records.value(index, version, value));
            }
            written.set(operation + 1);
        }
    }

    /** Checks what {@link #untilKilled} left. The store was opened by the constructor. */
    void afterKill(double secondsToOpen) {
        print("open after kill -9", secondsToOpen, 1);
        promiseRebuild();
        long written = new SharedCounter(options.counterFile()).get();
        measure("read all", keys, () -> readAllWritten(written));
        measure("close", 1, store::close);
        promiseHeap("after the kill");
    }

    private void writeAll(int version) {
        Permutation order = new Permutation(keys, version);
        for (long i = 0; i < keys; i++) {
            long index = order.at(i);
            store.set(Records.key(index, key), Records.value(index, version, value));
        }
    }

    private void overwriteAll(int times) {
        for (int version = 1; version <= times; version++) {
            writeAll(version);
        }
    }

    private void readAll(int version) {
        Permutation order = new Permutation(keys, ~version);
        for (long i = 0; i < keys; i++) {
            long index = order.at(i);
            long found = read(index);
            if (found != version) {
                throw new WrongValueException("version " + found + ", not " + version, index);
            }
        }
    }

    // The write that was under way when the process was killed may be there or not.
    private void readAllWritten(long written) {
        KillWorkload workload = new KillWorkload(keys, options.overwrites());
        long present = 0;
        long wrong = 0;
        for (long position = 0; position < keys; position++) {
            long found = read(workload.index(position));
            long expected = workload.expected(position, written);
            if (found != expected && found != workload.expected(position, written + 1)) {
                wrong++;
            }
            present += found == KillWorkload.ABSENT ? 0 : 1;
        }
        report.promise(
                wrong == 0,
                "killed after %,d writes had returned: %,d keys have not what was written last",
                written,
                wrong);
        promiseSize(present);
    }

    private void promiseSize(long present) {
        if (store instanceof KvAdapter kv) {
            report.promise(
                    kv.size() == present, "size() is %,d; %,d keys are there", kv.size(), present);
        }
    }

    private long read(long index) {
        byte[] found = store.get(Records.key(index, key));
        return found == null
                ? KillWorkload.ABSENT
                : Records.check(found, index, options.valueBytes());
    }

    private void measure(String phase, long operations, Runnable work) {
        long start = System.nanoTime();
        work.run();
        print(phase, (System.nanoTime() - start) / 1e9, operations);
    }

    private void print(String phase, double seconds, long operations) {
        double logToLive = phase.equals("close") ? Double.NaN : logToLive();
        long disk = DiskUsage.allocatedBytes(options.storeDirectory());
        long data = keys * (Records.KEY_BYTES + options.valueBytes());
        report.row(phase, seconds, operations, logToLive, disk, data, Report.heap());
    }

    private double logToLive() {
        if (store instanceof KvAdapter kv) {
            StoreStats stats = kv.stats();
            return (double) (stats.liveBytes() + stats.garbageBytes()) / stats.liveBytes();
        }
        return Double.NaN;
    }

    private void promiseCompact() {
        if (store instanceof KvAdapter) {
            report.promise(
                    logToLive() <= MAX_LOG_TO_LIVE,
                    "compact() left %.3f times the live bytes, %.1f at most",
                    logToLive(),
                    MAX_LOG_TO_LIVE);
        }
    }

    private void promiseClean() {
        if (store instanceof KvAdapter kv) {
            RecoveryReport recovery = kv.stats().recovery();
            report.promise(
                    recovery.clean() && recovery.segmentsRead() == 0,
                    "opening after close needed no rebuild and read %d segments",
                    recovery.segmentsRead());
        }
    }

    private void promiseRebuild() {
        if (store instanceof KvAdapter kv) {
            RecoveryReport recovery = kv.stats().recovery();
            report.promise(
                    !recovery.clean() && recovery.segmentsRead() > 0,
                    "opening after kill -9 rebuilt the index from %d segments, %,d records",
                    recovery.segmentsRead(),
                    recovery.recordsRead());
        }
    }

    private void promiseHeap(String when) {
        if (options.kind().ours()) {
            long max = Runtime.getRuntime().maxMemory();
            report.promise(
                    max <= MAX_HEAP_BYTES, "the heap stayed within %d MiB, %s", max >> 20, when);
        }
    }
}
