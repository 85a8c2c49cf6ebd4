package dev.kvstore.benchmarks.targets;

import com.sun.management.OperatingSystemMXBean;
import dev.kvstore.Durability;
import dev.kvstore.StoreStats;
import dev.kvstore.benchmarks.adapter.KvAdapter;
import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreKind;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import dev.kvstore.benchmarks.jmh.SharedStore;
import dev.kvstore.benchmarks.phase.DiskUsage;
import dev.kvstore.benchmarks.phase.Passes;
import dev.kvstore.benchmarks.phase.SharedCounter;
import dev.kvstore.benchmarks.workload.Records;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The rows of one part for one store, in a JVM that {@link Rounds} started for it. Prints a line
 * for each figure.
 */
@Command(name = "Session")
public final class Session implements Callable<Integer> {

    /** How a line with a figure begins. */
    static final String SAMPLE = "sample ";

    /** A line that asks for the process to be killed once so many writes were counted. */
    static final String KILL = "kill ";

    private static final long MAX_WARMUP_KEYS = 200_000;

    /** A fill is measured once, and no row before it has made the JVM compile anything. */
    private static final int FIRST_WARMUPS = 2;

    /** There are few writes a second, and code is compiled once it has been called often. */
    private static final int DURABLE_WARMUPS = 3;

    private static final long MAX_WRITES_UNTIL_KILLED = 500_000;
    private static final int OVERWRITES = 5;
    private static final int REOPENINGS = 25;
    private static final long MAX_SETTLE_NANOS = 5_000_000_000L;
    private static final long SETTLE_STEP_MILLIS = 200;
    private static final double QUIET_CORES = 0.05;

    /** Some stores give space back only when nothing was written for a while. */
    private static final int QUIET_STEPS = 5;

    @Option(names = "--part")
    private Part part = Part.WORK;

    @Option(names = "--name")
    private String name = "";

    @Option(names = "--store")
    private String storeName = "";

    @Option(names = "--round")
    private int round;

    @Option(names = "--rows", split = ",")
    private List<String> rowNames = List.of();

    @Option(names = "--dir")
    private Path directory = Path.of("");

    @Option(names = "--after-kill", description = "Open and check what a killed session left.")
    private boolean afterKill;

    @Mixin private Effort effort = new Effort();

    private long keys;
    private StoreKind kind = StoreKind.of("kv");
    private Passes passes = new Passes(0, 0);
    private @Nullable StoreAdapter store;

    /** Runs the part that the arguments name. */
    public static void main(String... arguments) {
        int status = new CommandLine(new Session()).execute(arguments);
        System.out.flush();
        // Some peers have threads of their own that would keep the process.
        Runtime.getRuntime().halt(status);
    }

    static Path counterFile(Path directory) {
        return directory.resolve("acknowledged");
    }

    @Override
    public Integer call() throws Exception {
        keys = effort.keys(Part.WORK); // what the arguments say, whatever the part
        kind = StoreKind.of(storeName);
        passes = new Passes(keys, effort.valueBytes());
        List<Row> rows = rowNames.stream().map(Row::of).sorted().toList();
        if (afterKill) {
            openAfterKill(rows);
            return 0;
        }
        warmUp();
        prepare(rows);
        for (Row row : rows) {
            measure(row);
        }
        open().close();
        return 0;
    }

    private void measure(Row row) throws Exception {
        switch (row) {
            case FILL, FILL_LARGE, SPACE_OVERWRITTEN -> {} // measured on the way
            case UPDATE -> {
                passes.write(open(), 1);
                operate(row);
            }
            case LATENCY_QUIET -> {
                settle();
                latency(row, false);
            }
            case LATENCY_COMPACTING -> latency(row, true);
            case MEMORY, MEMORY_LARGE -> memory(row);
            case REOPEN, REOPEN_LARGE -> reopen(row);
            case SPACE_COMPACTED -> compact();
            case REOPEN_KILLED, REOPEN_KILLED_LARGE -> writeUntilKilled();
            default -> operate(row);
        }
    }

    // Smaller stores first, so that the code is compiled when the real one is filled.
    private void warmUp() throws IOException {
        long start = System.nanoTime();
        long nanos = TimeUnit.MILLISECONDS.toNanos(FIRST_WARMUPS * effort.warmupMillis());
        do {
            fillSmaller(directory.resolve("warm-up"));
        } while (System.nanoTime() - start < nanos);
    }

    private void fillSmaller(Path scratch) throws IOException {
        Files.createDirectories(scratch);
        long few = Math.min(MAX_WARMUP_KEYS, Math.max(1, keys / 5));
        Passes warmUp = new Passes(few, effort.valueBytes());
        try (StoreAdapter warm = kind.open(options(scratch, few, Durability.OS))) {
            warmUp.write(warm, 0);
            if (kind.readable()) {
                warmUp.read(warm, 0);
            }
        }
        DiskUsage.delete(scratch);
    }

    private void prepare(List<Row> rows) throws IOException {
        Files.createDirectories(storeDirectory());
        boolean forced = part == Part.DURABLE;
        // INTERVAL and not OS: what the system keeps of the files is as it is under SYNC.
        Durability filling = forced ? Durability.INTERVAL : durability();
        StoreAdapter filled = kind.open(options(storeDirectory(), keys, filling));
        store = filled;
        OtherLoad load = OtherLoad.now();
        double seconds = seconds(() -> passes.write(filled, 0));
        double perSecond = keys / seconds;
        if (rows.contains(Row.FILL) || rows.contains(Row.FILL_LARGE)) {
            print(part == Part.LARGE ? "fill-large" : "fill", perSecond, load.since());
        }
        if (forced) {
            // Filled without waiting for the disk at every key; only what is measured does that.
            filled.close();
            store = kind.open(options(storeDirectory(), keys, durability()));
        }
        if (part == Part.SPACE) {
            overwrite(rows.contains(Row.SPACE_OVERWRITTEN));
        }
        settle();
        SharedStore.set(store);
    }

    private void operate(Row row) {
        Operations.Measured measured =
                new Operations(
                                kind.name(),
                                keys,
                                effort.valueBytes(),
                                part == Part.DURABLE
                                        ? DURABLE_WARMUPS * effort.warmupMillis()
                                        : effort.warmupMillis(),
                                effort.cellMillis())
                        .measure(row);
        System.out.println(
                SAMPLE
                        + new Sample(
                                        row.label(),
                                        name,
                                        round,
                                        measured.perSecond(),
                                        measured.otherCores(),
                                        measured.cpuNanos(),
                                        measured.allocatedBytes())
                                .toLine());
    }

    private void overwrite(boolean asked) {
        StoreAdapter open = open();
        double appendedBefore = appendedBytes();
        OtherLoad load = OtherLoad.now();
        double seconds =
                seconds(
                        () -> {
                            for (int version = 1; version <= OVERWRITES; version++) {
                                passes.write(open, version);
                            }
                        });
        double others = load.since();
        settle();
        if (asked) {
            print("space-overwritten", diskToData(), others);
            print("space-overwritten-rate", keys * OVERWRITES / seconds, others);
            if (open instanceof KvAdapter kv) {
                StoreStats stats = kv.stats();
                double record = (double) stats.liveBytes() / stats.keys();
                double updates = keys * OVERWRITES * record;
                print("space-overwritten-log", logToLive(stats), others);
                print(
                        "space-overwritten-writes",
                        (appendedBytes() - appendedBefore) / updates,
                        others);
            }
        }
    }

    private void compact() {
        OtherLoad load = OtherLoad.now();
        StoreAdapter open = open();
        double seconds = seconds(open::compact);
        double others = load.since();
        settle();
        print("space-compacted", diskToData(), others);
        print("space-compacted-time", seconds, others);
        if (open instanceof KvAdapter kv) {
            print("space-compacted-log", logToLive(kv.stats()), others);
        }
    }

    private void latency(Row row, boolean compacting) throws InterruptedException {
        PacedLoad paced = new PacedLoad(open(), keys, effort.valueBytes());
        AtomicBoolean ended = new AtomicBoolean();
        long[] runs = {0};
        Thread compactor =
                new Thread(
                        () -> {
                            while (compacting && !ended.get()) {
                                open().compact();
                                runs[0]++;
                            }
                        },
                        "compactor");
        OtherLoad load = OtherLoad.now();
        compactor.start();
        try {
            paced.run(effort.pacedRate(), effort.warmupMillis(), effort.latencyMillis());
        } finally {
            ended.set(true);
            compactor.join();
        }
        double others = load.since();
        Histogram reads = paced.reads();
        if (!compacting) {
            print(row.label() + "-p50", micros(reads.getValueAtPercentile(50)), others);
        }
        print(row.label() + "-p99", micros(reads.getValueAtPercentile(99)), others);
        print(row.label() + "-p99.9", micros(reads.getValueAtPercentile(99.9)), others);
        print(row.label() + "-max", micros(reads.getMaxValue()), others);
        print(
                row.label() + "-write-p99.9",
                micros(paced.writes().getValueAtPercentile(99.9)),
                others);
        if (compacting) {
            print(row.label() + "-runs", runs[0], others);
        }
    }

    private void memory(Row row) {
        if (open() instanceof KvAdapter kv) {
            StoreStats stats = kv.stats();
            print(row.label() + "-index", (double) stats.indexBytes() / stats.keys(), Double.NaN);
        }
        print(row.label() + "-heap", ProcessMemory.heap(), Double.NaN);
        print(row.label() + "-process", ProcessMemory.anonymous(), Double.NaN);
    }

    private void reopen(Row row) {
        double[] millis = new double[REOPENINGS];
        OtherLoad load = OtherLoad.now();
        for (int i = 0; i < REOPENINGS; i++) {
            open().close();
            millis[i] = seconds(this::openAgain) * 1e3;
        }
        Arrays.sort(millis);
        print(row.label(), millis[REOPENINGS / 2], load.since());
        SharedStore.set(store);
    }

    // The first read counts, too, since an open may put off work until then.
    private void openAgain() {
        StoreAdapter again = kind.open(options(storeDirectory(), keys, durability()));
        store = again;
        Records.check(
                again.get(Records.key(0, new byte[Records.KEY_BYTES])), 0, effort.valueBytes());
    }

    private void writeUntilKilled() {
        SharedCounter written = new SharedCounter(counterFile(directory));
        System.out.println(KILL + Math.min(keys / 2, MAX_WRITES_UNTIL_KILLED));
        System.out.flush();
        passes.writeUntilKilled(open(), 0, written);
    }

    private void openAfterKill(List<Row> rows) {
        long written = new SharedCounter(counterFile(directory)).get();
        OtherLoad load = OtherLoad.now();
        double seconds =
                seconds(() -> store = kind.open(options(storeDirectory(), keys, durability())));
        double others = load.since();
        // As many that were not written as were; with many keys, all would take minutes.
        Passes.Remains remains =
                passes.readAfterKill(open(), 0, written, Math.min(keys, 2 * written));
        for (Row row : rows) {
            print(row.label(), seconds, others);
            print(row.label() + "-lost", remains.wrong(), others);
        }
        open().close();
    }

    /**
     * Lets what the store has written get to the disk, and its work in the background end, so that
     * neither is charged to the next row; for some seconds at most.
     */
    private void settle() {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long start = System.nanoTime();
        try {
            new ProcessBuilder("sync").start().waitFor();
            int quietSteps = 0;
            while (quietSteps < QUIET_STEPS && System.nanoTime() - start < MAX_SETTLE_NANOS) {
                long before = System.nanoTime();
                long cpu = system.getProcessCpuTime();
                Thread.sleep(SETTLE_STEP_MILLIS);
                double cores =
                        (double) (system.getProcessCpuTime() - cpu) / (System.nanoTime() - before);
                quietSteps = cores <= QUIET_CORES ? quietSteps + 1 : 0;
            }
        } catch (IOException e) {
            return; // a system without that command
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private StoreAdapter open() {
        if (store == null) {
            throw new IllegalStateException("The store is not open");
        }
        return store;
    }

    private Durability durability() {
        return kind.durability();
    }

    private Path storeDirectory() {
        return directory.resolve("store");
    }

    private StoreOptions options(Path files, long count, Durability durability) {
        return new StoreOptions(files, durability, count, Records.KEY_BYTES, effort.valueBytes());
    }

    private double diskToData() {
        double data = (double) keys * (Records.KEY_BYTES + effort.valueBytes());
        return DiskUsage.allocatedBytes(storeDirectory()) / data;
    }

    private double appendedBytes() {
        return open() instanceof KvAdapter kv
                ? (double) kv.stats().writtenBytes() + kv.stats().relocatedBytes()
                : 0;
    }

    private static double logToLive(StoreStats stats) {
        return (double) (stats.liveBytes() + stats.garbageBytes()) / stats.liveBytes();
    }

    private static double micros(long nanos) {
        return nanos / 1e3;
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private void print(String figure, double value, double otherCores) {
        System.out.println(
                SAMPLE
                        + new Sample(figure, name, round, value, otherCores, Double.NaN, Double.NaN)
                                .toLine());
    }
}
