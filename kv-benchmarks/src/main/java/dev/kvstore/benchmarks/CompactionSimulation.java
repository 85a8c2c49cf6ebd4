package dev.kvstore.benchmarks;

import dev.kvstore.benchmarks.simulation.Policy;
import dev.kvstore.benchmarks.simulation.SimulatedLog;
import dev.kvstore.benchmarks.simulation.Updates;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntUnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Prints how many times each record is written, copies included, under policies of compaction, ways
 * to choose the keys to update, and fill levels: the write amplification of a steady state.
 */
@Command(
        name = "CompactionSimulation",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Simulates policies of compaction and prints their write amplification.")
public final class CompactionSimulation implements Callable<Integer> {

    private static final List<Policy> POLICIES =
            List.of(
                    new Policy("greedy, one tail", false, false),
                    new Policy("greedy, copies apart", false, true),
                    new Policy("cost-benefit, one tail", true, false),
                    new Policy("cost-benefit, copies apart", true, true));

    private static final double[] FILLS = {0.5, 0.6, 0.7, 0.8, 0.9};

    @Option(
            names = "--keys",
            defaultValue = "131072",
            description = "The number of keys. Default: ${DEFAULT-VALUE}")
    private int keys = 131_072;

    @Option(
            names = "--segment-records",
            defaultValue = "512",
            description = "Records of a segment. Default: ${DEFAULT-VALUE}")
    private int recordsPerSegment = 512;

    @Option(
            names = "--passes",
            defaultValue = "10",
            description = {
                "So many updates a key are measured, after as many to warm up. Default:"
                        + " ${DEFAULT-VALUE}"
            })
    private int passes = 10;

    /** Runs the command. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new CompactionSimulation()).execute(arguments));
    }

    @Override
    public Integer call() {
        System.out.print("| updates | policy |");
        for (double fill : FILLS) {
            System.out.printf(Locale.ROOT, " %.0f %% live |", fill * 100);
        }
        System.out.println();
        System.out.println("|---|---|" + "---:|".repeat(FILLS.length));
        for (Updates updates : Updates.values()) {
            for (Policy policy : POLICIES) {
                printRow(updates, policy);
            }
        }
        return 0;
    }

    private void printRow(Updates updates, Policy policy) {
        System.out.printf("| %s | %s |", updates.name().toLowerCase(Locale.ROOT), policy.label());
        for (double fill : FILLS) {
            System.out.printf(Locale.ROOT, " %.2f |", amplification(updates, policy, fill));
        }
        System.out.println();
    }

    private double amplification(Updates updates, Policy policy, double fill) {
        SimulatedLog log = new SimulatedLog(policy, keys, recordsPerSegment, fill);
        IntUnaryOperator next = updates.keys(keys);
        int count = keys * passes;
        for (int update = 0; update < count; update++) {
            log.update(next.applyAsInt(update));
        }
        long copiedBefore = log.copied();
        for (int update = count; update < 2 * count; update++) {
            log.update(next.applyAsInt(update));
        }
        return 1 + (double) (log.copied() - copiedBefore) / count;
    }
}
