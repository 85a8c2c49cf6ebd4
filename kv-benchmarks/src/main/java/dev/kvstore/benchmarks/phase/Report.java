package dev.kvstore.benchmarks.phase;

import java.io.PrintStream;
import java.util.Locale;

/**
 * What a run prints: rows of a Markdown table as the phases end, and promises that were checked, as
 * list items. The command sorts them by how a line starts, since several JVMs write to one report.
 */
public final class Report {

    private static final double MIB = 1 << 20;
    private static final String FORMAT = "| %-30s | %8s | %10s | %10s | %8s | %11s | %17s |%n";

    private final PrintStream out;

    /** Writes to a stream. */
    public Report(PrintStream out) {
        this.out = out;
    }

    /** Returns whether a line is a row of the table. */
    public static boolean isRow(String line) {
        return line.startsWith("|");
    }

    /** Returns whether a line is a promise, held or not. */
    public static boolean isPromise(String line) {
        return line.startsWith("- [");
    }

    /** Returns whether a line is a promise that was not held. */
    public static boolean isBroken(String line) {
        return line.startsWith("- [ ]");
    }

    /** Prints the head of the table. */
    public void head() {
        print(
                "phase",
                "seconds",
                "ops/s",
                "log / live",
                "disk MiB",
                "disk / data",
                "heap MiB used/max");
        print("---", "---:", "---:", "---:", "---:", "---:", "---:");
    }

    /** Collects garbage and returns how much of this JVM's heap is then in use, and its limit. */
    public static String heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        return format("%.1f / %.0f", used / MIB, runtime.maxMemory() / MIB);
    }

    /**
     * Prints the row of a phase.
     *
     * @param logToLive bytes of all records over bytes of those that are needed; NaN if unknown
     * @param diskBytes bytes allocated on disk
     * @param dataBytes bytes of keys and values; what the disk bytes are compared with
     * @param heap what {@link #heap()} returned in the JVM with the store
     */
    public void row(
            String phase,
            double seconds,
            long operations,
            double logToLive,
            long diskBytes,
            long dataBytes,
            String heap) {
        print(
                phase,
                format(seconds < 1 ? "%.4f" : "%.2f", seconds),
                operations > 1 ? format("%,.0f", operations / seconds) : "",
                Double.isNaN(logToLive) ? "" : format("%.3f", logToLive),
                format("%.0f", diskBytes / MIB),
                format("%.2f", (double) diskBytes / dataBytes),
                heap);
    }

    /** Prints whether a promise was held. */
    public void promise(boolean held, String format, Object... arguments) {
        out.printf("- [%s] %s%n", held ? "x" : " ", format(format, arguments));
        out.flush();
    }

    private void print(Object... cells) {
        out.printf(FORMAT, cells);
        out.flush();
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
