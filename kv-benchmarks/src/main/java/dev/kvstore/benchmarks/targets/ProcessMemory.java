package dev.kvstore.benchmarks.targets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process takes of memory, in MiB. */
final class ProcessMemory {

    private static final double MIB = 1 << 20;

    private ProcessMemory() {}

    /** Returns how much of the Java heap is in use after its garbage was collected. */
    static double heap() {
        System.gc();
        System.gc(); // what the first one only found out to be garbage
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MIB;
    }

    /**
     * Returns all resident memory but that of files: the heap, and what native code allocated; NaN
     * if the system does not tell.
     */
    static double anonymous() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToDouble(line -> Double.parseDouble(line.split("\\s+")[1]) / 1024)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
