package dev.kvstore.benchmarks.targets;

import java.util.List;
import picocli.CommandLine.Option;

/** How much is measured: a preset, any value of which an option of its own replaces. */
public final class Effort {

    /** Values that go together. */
    public enum Preset {
        /** Whether all of it runs at all, in a minute; its figures mean nothing. */
        QUICK(10_000, 20_000, 1, 1, 20, 50, 200),
        /** Useful figures. */
        STANDARD(1_000_000, 10_000_000, 3, 1, 2_000, 2_000, 4_000),
        /** As many as it takes to publish small differences. */
        LONG(1_000_000, 10_000_000, 5, 3, 2_000, 4_000, 20_000);

        private final long keys;
        private final long largeKeys;
        private final int forks;
        private final int slowForks;
        private final long warmupMillis;
        private final long cellMillis;
        private final long latencyMillis;

        Preset(
                long keys,
                long largeKeys,
                int forks,
                int slowForks,
                long warmupMillis,
                long cellMillis,
                long latencyMillis) {
            this.keys = keys;
            this.largeKeys = largeKeys;
            this.forks = forks;
            this.slowForks = slowForks;
            this.warmupMillis = warmupMillis;
            this.cellMillis = cellMillis;
            this.latencyMillis = latencyMillis;
        }
    }

    @Option(names = "--preset", description = "quick, standard or long. Default: standard")
    private Preset preset = Preset.STANDARD;

    @Option(names = "--quick", description = "The same as --preset quick.")
    private boolean quick;

    @Option(names = "--forks", description = "Rounds of the rows that take seconds.")
    private int forks;

    @Option(names = "--slow-forks", description = "Rounds of space, kill and many keys.")
    private int slowForks;

    @Option(names = "--keys", description = "The number of keys.")
    private long keys;

    @Option(names = "--large-keys", description = "The number of keys where there are many.")
    private long largeKeys;

    @Option(
            names = "--value-bytes",
            defaultValue = "100",
            description = "The length of a value, 16 or more. Default: ${DEFAULT-VALUE}")
    private int valueBytes = 100;

    @Option(names = "--warmup-millis", description = "Warm-up of a cell.")
    private long warmupMillis;

    @Option(names = "--cell-millis", description = "Measurement of a cell.")
    private long cellMillis;

    @Option(names = "--latency-millis", description = "Measurement of latencies.")
    private long latencyMillis;

    @Option(
            names = "--paced-rate",
            defaultValue = "20000",
            description =
                    "Operations a second where latency is measured. Default: ${DEFAULT-VALUE}")
    private long pacedRate = 20_000;

    /** Returns how many rounds there are of a part. */
    public int rounds(Part part) {
        return part.slow() ? given(slowForks, preset().slowForks) : given(forks, preset().forks);
    }

    /** Returns how many keys there are in a part. */
    public long keys(Part part) {
        long usual = keys > 0 ? keys : preset().keys;
        return switch (part) {
            case LARGE -> largeKeys > 0 ? largeKeys : preset().largeKeys;
            case DURABLE -> Math.max(1, usual / 10);
            default -> usual;
        };
    }

    /** Returns the length of a value. */
    public int valueBytes() {
        return valueBytes;
    }

    /** Returns the warm-up of a cell. */
    public long warmupMillis() {
        return warmupMillis > 0 ? warmupMillis : preset().warmupMillis;
    }

    /** Returns the measurement of a cell. */
    public long cellMillis() {
        return cellMillis > 0 ? cellMillis : preset().cellMillis;
    }

    /** Returns the measurement of latencies. */
    public long latencyMillis() {
        return latencyMillis > 0 ? latencyMillis : preset().latencyMillis;
    }

    /** Returns the operations a second where latency is measured. */
    public long pacedRate() {
        return pacedRate;
    }

    /** Returns the arguments that give a part's JVM the same. */
    List<String> toArguments(Part part) {
        return List.of(
                "--keys=" + keys(part),
                "--value-bytes=" + valueBytes,
                "--warmup-millis=" + warmupMillis(),
                "--cell-millis=" + cellMillis(),
                "--latency-millis=" + latencyMillis(),
                "--paced-rate=" + pacedRate);
    }

    private Preset preset() {
        return quick ? Preset.QUICK : preset;
    }

    private static int given(int option, int otherwise) {
        return option > 0 ? option : otherwise;
    }
}
