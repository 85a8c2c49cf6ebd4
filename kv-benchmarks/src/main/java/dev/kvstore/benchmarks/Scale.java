package dev.kvstore.benchmarks;

import dev.kvstore.benchmarks.adapter.KvAdapter;
import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreKind;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import dev.kvstore.benchmarks.phase.DiskUsage;
import dev.kvstore.benchmarks.phase.Report;
import dev.kvstore.benchmarks.workload.Draw;
import dev.kvstore.benchmarks.workload.Permutation;
import dev.kvstore.benchmarks.workload.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Fills this store with so many keys that what a small one hides would show: the rate of the fill
 * as it grows, opening after a close and as after a kill, and reads while ever less memory is left
 * for the files. Every value read is verified.
 */
@Command(
        name = "Scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Fills a store with very many keys and looks at how that goes.")
public final class Scale implements Callable<Integer> {

    private static final int STEPS = 20;
    private static final int BALLAST_PIECE_BYTES = 256 << 20;
    private static final int PAGE_BYTES = 4096;
    private static final double MIB = 1 << 20;

    @Option(
            names = "--keys",
            defaultValue = "100000000",
            description = "The number of keys. Default: ${DEFAULT-VALUE}")
    private long keys;

    @Option(
            names = "--value-bytes",
            defaultValue = "100",
            description = "The length of a value. Default: ${DEFAULT-VALUE}")
    private int valueBytes;

    @Option(
            names = "--read-seconds",
            defaultValue = "20",
            description = "How long reads are measured each time. Default: ${DEFAULT-VALUE}")
    private int readSeconds;

    @Option(
            names = "--ballast-mib",
            split = ",",
            defaultValue = "",
            description = {
                "How much memory to take away from the files, in rising order, before the reads are"
                        + " measured again. Needs a JVM with -XX:MaxDirectMemorySize of the largest."
            })
    private List<String> ballastMib = List.of();

    @Option(
            names = "--dir",
            defaultValue = "target/benchmark-data",
            description = "Where the store's files go. Default: ${DEFAULT-VALUE}")
    private Path directory = Path.of("");

    private final List<ByteBuffer> ballast = new ArrayList<>();
    private final byte[] key = new byte[Records.KEY_BYTES];

    /** Runs the command. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Scale()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        Path files = directory.resolve("scale");
        DiskUsage.delete(files);
        Files.createDirectories(files);
        StoreKind kind = StoreKind.of("kv");
        StoreOptions options =
                new StoreOptions(files, kind.durability(), keys, Records.KEY_BYTES, valueBytes);
        print("| keys | keys/s | disk MiB | index, bytes a key | heap MiB used / max |");
        print("|---:|---:|---:|---:|---:|");
        StoreAdapter store = kind.open(options);
        fill(store, files);
        print("");
        print("| what | seconds |");
        print("|---|---:|");
        close(store);
        store = open(kind, options, "open");
        close(store);
        distrustIndex(files.resolve("index.kvi"));
        store = open(kind, options, "open as after a kill");
        print("");
        print("| memory taken MiB | reads/s | p50 us | p99 us | p99.9 us | longest us |");
        print("|---:|---:|---:|---:|---:|---:|");
        read(store, 0);
        for (String mib : ballastMib) {
            if (!mib.isEmpty()) {
                read(store, take(Long.parseLong(mib)));
            }
        }
        store.close();
        DiskUsage.delete(files);
        return 0;
    }

    private void fill(StoreAdapter store, Path files) {
        Permutation order = new Permutation(keys, 0);
        byte[] value = new byte[valueBytes];
        long done = 0;
        for (int step = 1; step <= STEPS; step++) {
            long end = keys * step / STEPS;
            long begun = System.nanoTime();
            for (long i = done; i < end; i++) {
                long index = order.at(i);
                store.set(Records.key(index, key), Records.value(index, 0, value));
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            print(
                    "| %,d | %,.0f | %,.0f | %.1f | %s |",
                    end,
                    (end - done) / seconds,
                    DiskUsage.allocatedBytes(files) / MIB,
                    (double) ((KvAdapter) store).stats().indexBytes() / end,
                    Report.heap());
            done = end;
        }
    }

    /**
     * Takes the mark of a clean close from an index file, so that an open makes the index again.
     */
    private static void distrustIndex(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(64), 0);
        }
    }

    private static void close(StoreAdapter store) {
        long begun = System.nanoTime();
        store.close();
        print("| close | %.3f |", (System.nanoTime() - begun) / 1e9);
    }

    private StoreAdapter open(StoreKind kind, StoreOptions options, String what) {
        long begun = System.nanoTime();
        StoreAdapter store = kind.open(options);
        Records.check(store.get(Records.key(0, key)), 0, valueBytes);
        print("| %s, and the first read | %.3f |", what, (System.nanoTime() - begun) / 1e9);
        return store;
    }

    /** Takes memory until it has so much, by touching each page of it. */
    private long take(long mib) {
        while (ballast.size() * (BALLAST_PIECE_BYTES / MIB) < mib) {
            ByteBuffer piece = ByteBuffer.allocateDirect(BALLAST_PIECE_BYTES);
            for (int at = 0; at < BALLAST_PIECE_BYTES; at += PAGE_BYTES) {
                piece.put(at, (byte) 1);
            }
            ballast.add(piece);
        }
        return mib;
    }

    // Two runs, of which the first brings into memory what will stay there.
    private void read(StoreAdapter store, long taken) {
        Draw draw = new Draw(taken);
        run(store, draw);
        Histogram latencies = run(store, draw);
        print(
                "| %,d | %,.0f | %.1f | %.1f | %.0f | %.0f |",
                taken,
                (double) latencies.getTotalCount() / readSeconds,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                latencies.getValueAtPercentile(99.9) / 1e3,
                latencies.getMaxValue() / 1e3);
    }

    private Histogram run(StoreAdapter store, Draw draw) {
        Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(readSeconds);
        long now = System.nanoTime();
        while (now < end) {
            long index = draw.below(keys);
            Records.check(store.get(Records.key(index, key)), index, valueBytes);
            long after = System.nanoTime();
            latencies.recordValue(after - now);
            now = after;
        }
        return latencies;
    }

    private static void print(String format, Object... arguments) {
        System.out.printf(Locale.ROOT, format + "%n", arguments);
    }
}
