package dev.kvstore.benchmarks.targets;

import java.util.Locale;

/** What a figure counts, and how it is written. */
public enum Unit {
    /** Operations a second, in thousands. */
    OPERATIONS("k ops/s", 1e-3),
    /** Times. */
    MICROSECONDS("µs", 1),
    /** Times. */
    MILLISECONDS("ms", 1),
    /** Times. */
    SECONDS("s", 1),
    /** How many times as much. */
    RATIO("", 1),
    /** Sizes. */
    BYTES("bytes", 1),
    /** Sizes. */
    MEBIBYTES("MiB", 1),
    /** Things. */
    COUNT("", 1);

    private final String label;
    private final double scale;

    Unit(String label, double scale) {
        this.label = label;
        this.scale = scale;
    }

    /** Returns what to write behind a figure, if anything. */
    public String label() {
        return label;
    }

    /** Returns a value with three or more digits. */
    public String format(double value) {
        double scaled = value * scale;
        double size = Math.abs(scaled);
        String pattern = "%,.0f";
        if (this != COUNT && size < 100) {
            pattern = size >= 10 ? "%.1f" : "%.2f";
        }
        return String.format(Locale.ROOT, pattern, scaled);
    }
}
