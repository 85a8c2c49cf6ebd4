package dev.kvstore.benchmarks;

import dev.kvstore.benchmarks.phase.ChildJvm;
import dev.kvstore.benchmarks.phase.DiskUsage;
import dev.kvstore.benchmarks.phase.Report;
import dev.kvstore.benchmarks.phase.RunOptions;
import dev.kvstore.benchmarks.phase.SharedCounter;
import dev.kvstore.benchmarks.phase.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A store's life with a million keys in a small heap: filled, read, overwritten, compacted, closed,
 * opened, killed while it writes, and opened again. Prints what each phase took as a Markdown
 * table, then what was promised and checked, and fails if one promise was not held.
 *
 * <p>The phases run in JVMs of their own, which have the heap under test; this one starts them, and
 * kills the one that is to be killed.
 */
@Command(
        name = "MillionKeys",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs a store through its life with many keys in a small heap.")
public final class MillionKeys implements Callable<Integer> {

    @Mixin private RunOptions options = new RunOptions();

    @Option(
            names = "--heap",
            defaultValue = "64m",
            description = "The heap of the JVMs with the store. Default: ${DEFAULT-VALUE}")
    private String heap;

    @Option(names = "--keep", description = "Leave the files of the store where they are.")
    private boolean keep;

    private final Report report = new Report(System.out);
    private final List<String> promises = new ArrayList<>();

    /** Runs the command. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new MillionKeys()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        DiskUsage.delete(options.runDirectory());
        Files.createDirectories(options.storeDirectory());
        printSettings();
        report.head();
        boolean ended = run(Worker.Part.UNTIL_CLOSED);
        if (ended && options.kind().persistent()) {
            ended = killWhileWriting() && run(Worker.Part.AFTER_KILL);
        }
        if (!keep) {
            DiskUsage.delete(options.runDirectory());
        }
        return conclude(ended);
    }

    private void printSettings() {
        System.out.printf(
                Locale.ROOT,
                "%s, writes survive what Durability.%s says; %,d keys of 16 bytes, values of %d"
                        + " bytes; -Xmx%s; JDK %s, %s %s, %d processors%n%n",
                options.kind().name(),
                options.kind().durability(),
                options.keys(),
                options.valueBytes(),
                heap,
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors());
    }

    private boolean run(Worker.Part part) throws IOException, InterruptedException {
        Process worker = start(part);
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(worker.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (Report.isPromise(line)) {
                    promises.add(line);
                } else {
                    (Report.isRow(line) ? System.out : System.err).println(line);
                }
            }
        }
        return worker.waitFor() == 0;
    }

    // Half-way through the second pass: all keys were written by this process, half of them twice.
    private boolean killWhileWriting() throws IOException, InterruptedException {
        SharedCounter written = new SharedCounter(options.counterFile());
        long enough = options.keys() + options.keys() / 2;
        Process worker = start(Worker.Part.UNTIL_KILLED);
        await(worker, written, 1);
        long start = System.nanoTime();
        await(worker, written, enough);
        boolean killed = worker.isAlive();
        worker.destroyForcibly().waitFor();
        double seconds = (System.nanoTime() - start) / 1e9;
        long disk = DiskUsage.allocatedBytes(options.storeDirectory());
        long data = options.keys() * (16 + options.valueBytes());
        report.row("write until kill -9", seconds, written.get(), Double.NaN, disk, data, "");
        return killed;
    }

    private static void await(Process worker, SharedCounter written, long enough)
            throws InterruptedException {
        while (worker.isAlive() && written.get() < enough) {
            Thread.sleep(1);
        }
    }

    private Process start(Worker.Part part) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(part.name()));
        arguments.addAll(options.toArguments());
        return ChildJvm.start(options.kind(), heap, "", Worker.class, arguments);
    }

    private int conclude(boolean ended) {
        System.out.println();
        promises.forEach(System.out::println);
        boolean held = ended && promises.stream().noneMatch(Report::isBroken);
        System.out.println();
        System.out.println(held ? "PASSED: every promise was held." : "FAILED: see above.");
        return held ? 0 : 1;
    }
}
