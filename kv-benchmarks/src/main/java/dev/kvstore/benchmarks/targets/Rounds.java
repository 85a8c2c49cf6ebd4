package dev.kvstore.benchmarks.targets;

import dev.kvstore.benchmarks.adapter.StoreKind;
import dev.kvstore.benchmarks.phase.ChildJvm;
import dev.kvstore.benchmarks.phase.DiskUsage;
import dev.kvstore.benchmarks.phase.SharedCounter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Sessions of all stores in turn, round after round, so that what the machine does differently in
 * the meantime happens to all of them. Each round begins with another store.
 */
public final class Rounds {

    private final List<Row> rows;
    private final List<Variant> variants;
    private final Set<String> largeStores;
    private final Effort effort;
    private final Path directory;
    private final long limitSeconds;
    private final Consumer<String> progress;

    private final List<Sample> samples = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /**
     * Prepares to measure.
     *
     * @param largeStores the names of the variants that are measured with many keys
     * @param directory where the stores' files go, in a directory of their own each
     * @param limitSeconds how long a session may take
     * @param progress is told what happens
     */
    public Rounds(
            List<Row> rows,
            List<Variant> variants,
            Set<String> largeStores,
            Effort effort,
            Path directory,
            long limitSeconds,
            Consumer<String> progress) {
        this.rows = rows;
        this.variants = variants;
        this.largeStores = Set.copyOf(largeStores);
        this.effort = effort;
        this.directory = directory;
        this.limitSeconds = limitSeconds;
        this.progress = progress;
    }

    /** What to do each time when there are new figures. */
    public interface AfterSession {
        /** Does it. */
        void run() throws IOException;
    }

    /** Measures everything. A session that fails is noted, and the others go on. */
    public void run(AfterSession afterSession) throws IOException, InterruptedException {
        for (int round = 1; round <= maxRounds(); round++) {
            List<Variant> turn = new ArrayList<>(variants);
            Collections.rotate(turn, 1 - round);
            for (Part part : Part.values()) {
                for (Variant variant : turn) {
                    if (round <= effort.rounds(part)) {
                        run(part, variant, round);
                        afterSession.run();
                    }
                }
            }
        }
    }

    /** Returns what was measured so far. */
    public List<Sample> samples() {
        return samples;
    }

    /** Returns what went wrong. */
    public List<String> failures() {
        return failures;
    }

    private int maxRounds() {
        int max = 0;
        for (Part part : Part.values()) {
            max = Math.max(max, effort.rounds(part));
        }
        return max;
    }

    private void run(Part part, Variant variant, int round)
            throws IOException, InterruptedException {
        List<Row> mine =
                rows.stream()
                        .filter(row -> row.part() == part && row.fits(variant.kind()))
                        .toList();
        boolean leftOut = part == Part.LARGE && !largeStores.contains(variant.name());
        if (mine.isEmpty() || leftOut) {
            return;
        }
        String what =
                String.format(
                        Locale.ROOT,
                        "%s, %s, round %d",
                        variant.name(),
                        part.name().toLowerCase(Locale.ROOT),
                        round);
        progress.accept("--- " + what);
        Path files = directory.resolve("targets");
        DiskUsage.delete(files);
        Files.createDirectories(files);
        boolean ended = run(part, variant, round, files, mine, false);
        List<Row> killed = mine.stream().filter(Row::endsKilled).toList();
        if (ended && !killed.isEmpty()) {
            ended = run(part, variant, round, files, killed, true);
        }
        DiskUsage.delete(files);
        if (!ended) {
            failures.add(what);
            progress.accept("FAILED: " + what);
        }
    }

    private boolean run(
            Part part, Variant variant, int round, Path files, List<Row> mine, boolean afterKill)
            throws IOException, InterruptedException {
        StoreKind kind = variant.kind(part);
        List<String> arguments = new ArrayList<>();
        arguments.add("--part=" + part);
        arguments.add("--name=" + variant.name());
        arguments.add("--store=" + kind.name());
        arguments.add("--round=" + round);
        arguments.add("--rows=" + mine.stream().map(Row::label).collect(Collectors.joining(",")));
        arguments.add("--dir=" + files);
        arguments.addAll(effort.toArguments(part));
        if (afterKill) {
            arguments.add("--after-kill");
        }
        Process process =
                ChildJvm.start(
                        kind, variant.heap(), variant.classPathFirst(), Session.class, arguments);
        Thread limit = limit(process);
        boolean killed = follow(process, files);
        int status = process.waitFor();
        limit.interrupt();
        return status == 0 || killed;
    }

    private Thread limit(Process process) {
        Thread limit =
                new Thread(
                        () -> {
                            try {
                                if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                                    progress.accept("Took more than " + limitSeconds + " s");
                                    process.toHandle().destroyForcibly();
                                }
                            } catch (InterruptedException e) {
                                // It has ended.
                            }
                        },
                        "limit");
        limit.setDaemon(true);
        limit.start();
        return limit;
    }

    // Returns whether the process was killed as it had asked for.
    private boolean follow(Process process, Path files) throws IOException, InterruptedException {
        boolean killed = false;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Session.SAMPLE)) {
                    Sample sample = Sample.parse(line.substring(Session.SAMPLE.length()));
                    samples.add(sample);
                    progress.accept(describe(sample));
                } else if (line.startsWith(Session.KILL)) {
                    long enough = Long.parseLong(line.substring(Session.KILL.length()));
                    killed = kill(process, files, enough);
                }
            }
        }
        return killed;
    }

    private static boolean kill(Process process, Path files, long enough)
            throws InterruptedException {
        SharedCounter written = new SharedCounter(Session.counterFile(files));
        while (process.isAlive() && written.get() < enough) {
            Thread.sleep(1);
        }
        boolean alive = process.isAlive();
        process.toHandle().destroyForcibly();
        return alive;
    }

    private static String describe(Sample sample) {
        Figure figure = Row.figure(sample.figure());
        return String.format(
                Locale.ROOT,
                "%-32s %12s %-8s others %.2f",
                sample.figure(),
                figure.unit().format(sample.value()),
                figure.unit().label(),
                sample.otherCores());
    }
}
