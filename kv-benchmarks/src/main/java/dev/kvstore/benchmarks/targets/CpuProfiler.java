package dev.kvstore.benchmarks.targets;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/** A JMH profiler of the processor time that an operation takes, and that others take. */
public final class CpuProfiler implements InternalProfiler {

    /** The name of the processor time of an operation. */
    static final String CPU = "cpu.norm";

    /** The name of the processors that others used. */
    static final String OTHERS = "cpu.others";

    private final OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private OtherLoad load = OtherLoad.now();
    private long cpuNanos;

    @Override
    public String getDescription() {
        return "Processor time of this process for an operation, and of other processes";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        load = OtherLoad.now();
        cpuNanos = system.getProcessCpuTime();
    }

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double spent = system.getProcessCpuTime() - cpuNanos;
        double operations = Math.max(1, result.getMetadata().getAllOps());
        return List.of(
                new ScalarResult(CPU, spent / operations, "ns/op", AggregationPolicy.AVG),
                new ScalarResult(OTHERS, load.since(), "cores", AggregationPolicy.AVG));
    }
}
