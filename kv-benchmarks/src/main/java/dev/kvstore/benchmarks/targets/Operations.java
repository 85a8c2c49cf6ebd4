package dev.kvstore.benchmarks.targets;

import dev.kvstore.benchmarks.jmh.DurablePutBenchmark;
import dev.kvstore.benchmarks.jmh.GetAllBenchmark;
import dev.kvstore.benchmarks.jmh.ReadBenchmark;
import dev.kvstore.benchmarks.jmh.WriteBenchmark;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The rows that time an operation: by JMH, in this JVM, on the shared store. */
final class Operations {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private final String store;
    private final long keys;
    private final int valueBytes;
    private final long warmupMillis;
    private final long cellMillis;

    Operations(String store, long keys, int valueBytes, long warmupMillis, long cellMillis) {
        this.store = store;
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.warmupMillis = warmupMillis;
        this.cellMillis = cellMillis;
        System.setProperty("jmh.ignoreLock", "true");
    }

    /**
     * What JMH measured.
     *
     * @param perSecond operations a second
     * @param otherCores processors that others used
     * @param cpuNanos processor time for an operation
     * @param allocatedBytes bytes allocated for an operation
     */
    record Measured(double perSecond, double otherCores, double cpuNanos, double allocatedBytes) {}

    Measured measure(Row row) {
        RunResult run = run(benchmark(row));
        return new Measured(
                run.getPrimaryResult().getScore(),
                secondary(run, CpuProfiler.OTHERS),
                secondary(run, CpuProfiler.CPU),
                secondary(run, ALLOCATED));
    }

    private static String benchmark(Row row) {
        return switch (row) {
            case READ_UNIFORM, READ_UNIFORM_LARGE -> name(ReadBenchmark.class, "uniform");
            case READ_UNIFORM_2 -> name(ReadBenchmark.class, "uniformTwoThreads");
            case READ_ZIPFIAN -> name(ReadBenchmark.class, "zipfian");
            case READ_ZIPFIAN_2 -> name(ReadBenchmark.class, "zipfianTwoThreads");
            case READ_MISS -> name(ReadBenchmark.class, "miss");
            case MIXED_95_5 -> name(WriteBenchmark.class, "read95Write5");
            case MIXED_50_50 -> name(WriteBenchmark.class, "read50Write50");
            case UPDATE -> name(WriteBenchmark.class, "overwrite");
            case DURABLE_1 -> name(DurablePutBenchmark.class, "oneThread");
            case DURABLE_4 -> name(DurablePutBenchmark.class, "fourThreads");
            case DURABLE_32 -> name(DurablePutBenchmark.class, "thirtyTwoThreads");
            case GET_ALL_LARGE -> name(GetAllBenchmark.class, "getAll");
            case GET_LOOP_LARGE -> name(GetAllBenchmark.class, "loop");
            default -> throw new IllegalArgumentException(row + " times no operation");
        };
    }

    private static String name(Class<?> benchmarks, String method) {
        return benchmarks.getName() + "." + method;
    }

    private RunResult run(String benchmark) {
        OptionsBuilder options = new OptionsBuilder();
        options.include("^" + benchmark.replace(".", "\\.") + "$")
                .forks(0)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(warmupMillis))
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(cellMillis))
                .param("store", store)
                .param("keys", Long.toString(keys))
                .param("valueBytes", Integer.toString(valueBytes))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        try {
            return new Runner(options.build()).runSingle();
        } catch (RunnerException e) {
            throw new IllegalStateException(benchmark + " failed", e);
        }
    }

    private static double secondary(RunResult run, String name) {
        Result<?> result = run.getSecondaryResults().get(name);
        return result == null ? Double.NaN : result.getScore();
    }
}
