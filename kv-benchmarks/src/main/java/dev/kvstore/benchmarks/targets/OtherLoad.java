package dev.kvstore.benchmarks.targets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Processor time at a moment, by which to tell how much of the machine others used since: all of it
 * but what this process and its children used, and the kernel's own threads, which mostly write
 * what was measured to the disk. Read from {@code /proc}; where there is none, nothing is known.
 *
 * @param nanos the moment
 * @param all processor time of all, in ticks, including what the host of a virtual machine took
 * @param own processor time of this process and its children, in ticks
 * @param kernelThreads processor time of each of the kernel's threads, in ticks
 */
record OtherLoad(long nanos, long all, long own, Map<Path, Long> kernelThreads) {

    private static final double TICKS_PER_SECOND = 100;
    private static final Path PROC = Path.of("/proc");
    private static final int KERNEL_THREADS = 2;

    // Fields of /proc/<pid>/stat, counted from the one behind the name in parentheses.
    private static final int PARENT = 1;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;

    /** Reads the times. */
    static OtherLoad now() {
        try {
            String[] self = fields(PROC.resolve("self/stat"));
            long own =
                    Long.parseLong(self[USER])
                            + Long.parseLong(self[SYSTEM])
                            + Long.parseLong(self[CHILDREN_USER])
                            + Long.parseLong(self[CHILDREN_SYSTEM]);
            return new OtherLoad(System.nanoTime(), allTicks(), own, readKernelThreads());
        } catch (IOException | RuntimeException e) {
            return new OtherLoad(System.nanoTime(), -1, 0, Map.of());
        }
    }

    /** Returns how many processors others used on average since then; NaN if unknown. */
    double since() {
        OtherLoad now = now();
        if (all < 0 || now.all < 0) {
            return Double.NaN;
        }
        double ticks = now.all - all - (now.own - own);
        for (Map.Entry<Path, Long> thread : now.kernelThreads.entrySet()) {
            ticks -= thread.getValue() - kernelThreads.getOrDefault(thread.getKey(), 0L);
        }
        return Math.max(0, ticks / TICKS_PER_SECOND / ((now.nanos - nanos) / 1e9));
    }

    // Time in interrupts is left out: most are for the disk that is measured.
    private static long allTicks() throws IOException {
        String[] cpu = read(PROC.resolve("stat")).lines().findFirst().orElse("").split(" +");
        int user = 1;
        int nice = 2;
        int system = 3;
        int stolen = 8;
        return Long.parseLong(cpu[user])
                + Long.parseLong(cpu[nice])
                + Long.parseLong(cpu[system])
                + Long.parseLong(cpu[stolen]);
    }

    private static Map<Path, Long> readKernelThreads() throws IOException {
        Map<Path, Long> threads = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                addKernelThread(process, threads);
            }
        }
        return threads;
    }

    private static void addKernelThread(Path process, Map<Path, Long> threads) {
        try {
            String[] fields = fields(process.resolve("stat"));
            if (Integer.parseInt(fields[PARENT]) == KERNEL_THREADS) {
                threads.put(process, Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]));
            }
        } catch (IOException e) {
            // It has ended.
        }
    }

    private static String[] fields(Path stat) throws IOException {
        String line = read(stat);
        return line.substring(line.lastIndexOf(')') + 2).split(" ");
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
