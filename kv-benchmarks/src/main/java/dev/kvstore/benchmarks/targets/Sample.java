package dev.kvstore.benchmarks.targets;

import java.util.Locale;

/**
 * One measured figure of one store in one round.
 *
 * @param figure the figure's name
 * @param store the variant's name
 * @param round the round, from 1
 * @param value what was measured, in the figure's unit, operations by the second
 * @param otherCores how many processors others used meanwhile; NaN if unknown
 * @param cpuNanos processor time of the process for an operation; NaN if unknown
 * @param allocatedBytes bytes allocated on the heap for an operation; NaN if unknown
 */
public record Sample(
        String figure,
        String store,
        int round,
        double value,
        double otherCores,
        double cpuNanos,
        double allocatedBytes) {

    /** The names of the fields, in order. */
    public static final String HEAD =
            "figure,store,round,value,other_cores,cpu_ns_per_op,allocated_bytes_per_op";

    /** Returns the fields, divided by commas. */
    public String toLine() {
        return String.join(
                ",",
                figure,
                store,
                Integer.toString(round),
                number(value),
                number(otherCores),
                number(cpuNanos),
                number(allocatedBytes));
    }

    /** Reads what {@link #toLine} returned. */
    public static Sample parse(String line) {
        String[] fields = line.split(",", -1);
        if (fields.length != HEAD.split(",").length) {
            throw new IllegalArgumentException("Not a line of figures: " + line);
        }
        return new Sample(
                fields[0],
                fields[1],
                Integer.parseInt(fields[2]),
                parseNumber(fields[3]),
                parseNumber(fields[4]),
                parseNumber(fields[5]),
                parseNumber(fields[6]));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6g", value);
    }

    private static double parseNumber(String text) {
        return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
    }
}
