package dev.kvstore.benchmarks.phase;

import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreStats;
import dev.kvstore.benchmarks.adapter.KvAdapter;
import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.workload.Records;

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
    private final Passes passes;
    private StoreAdapter store;

    Phases(RunOptions options, Report report) {
        this.options = options;
        this.report = report;
        this.keys = options.keys();
        this.passes = new Passes(keys, options.valueBytes());
        this.store = options.open();
    }

    /** Fills, overwrites, compacts, closes and opens the store, and reads all after each of it. */
    void untilClosed() {
        int last = options.overwrites();
        measure("fill, random order", keys, () -> passes.write(store, 0));
        measure("read all, random order", keys, () -> passes.read(store, 0));
        measure("overwrite all, " + last + " times", keys * last, () -> overwriteAll(last));
        measure("read all", keys, () -> passes.read(store, last));
        measure("compact", 1, store::compact);
        promiseCompact();
        measure("read all", keys, () -> passes.read(store, last));
        if (options.kind().persistent()) {
            measure("close", 1, store::close);
            measure("open after close", 1, () -> store = options.open());
            promiseClean();
            measure("read all", keys, () -> passes.read(store, last));
        }
        store.close();
        report.promise(true, "until then every value read was the last one written for its key");
        promiseHeap("filling to closing");
    }

    /** Writes for ever, counting each write after it has returned. */
    void untilKilled() {
        passes.writeUntilKilled(
                store, options.overwrites(), new SharedCounter(options.counterFile()));
    }

    /** Checks what {@link #untilKilled} left. The store was opened by the constructor. */
    void afterKill(double secondsToOpen) {
        print("open after kill -9", secondsToOpen, 1);
        promiseRebuild();
        long written = new SharedCounter(options.counterFile()).get();
        measure("read all", keys, () -> promiseRemains(written));
        measure("close", 1, store::close);
        promiseHeap("after the kill");
    }

    private void overwriteAll(int times) {
        for (int version = 1; version <= times; version++) {
            passes.write(store, version);
        }
    }

    private void promiseRemains(long written) {
        Passes.Remains remains = passes.readAfterKill(store, options.overwrites(), written, keys);
        report.promise(
                remains.wrong() == 0,
                "killed after %,d writes had returned: %,d keys have not what was written last",
                written,
                remains.wrong());
        promiseSize(remains.present());
    }

    private void promiseSize(long present) {
        if (store instanceof KvAdapter kv) {
            report.promise(
                    kv.size() == present, "size() is %,d; %,d keys are there", kv.size(), present);
        }
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
