package dev.kvstore.benchmarks;

import dev.kvstore.benchmarks.adapter.StoreKind;
import dev.kvstore.benchmarks.phase.DiskUsage;
import dev.kvstore.benchmarks.targets.Effort;
import dev.kvstore.benchmarks.targets.Figure;
import dev.kvstore.benchmarks.targets.Figures;
import dev.kvstore.benchmarks.targets.Rounds;
import dev.kvstore.benchmarks.targets.Row;
import dev.kvstore.benchmarks.targets.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Compares the engine of this build with that of another commit, in alternating rounds of one run,
 * and prints ratios, for people to judge. The other one is built in a work tree of its own, which
 * is removed afterwards; the harness is this build's for both.
 */
@Command(
        name = "Regression",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Compares the engine of this build with that of another commit.")
public final class Regression implements Callable<Integer> {

    private static final String NOW = "kv";
    private static final String BEFORE = "before";

    @Option(
            names = "--against",
            required = true,
            description = "The commit, tag or branch to compare with.")
    private String against = "";

    @Option(
            names = "--rows",
            split = ",",
            defaultValue =
                    "fill,read-uniform,read-uniform-2,read-miss,mixed-50-50,update,reopen,"
                            + "durable-1,durable-32",
            description = "What to measure. Default: ${DEFAULT-VALUE}")
    private List<String> rows = List.of();

    @Mixin private Effort effort = new Effort();

    @Option(
            names = "--heap",
            defaultValue = "8g",
            description = "The heap. Default: ${DEFAULT-VALUE}")
    private String heap = "8g";

    @Option(
            names = "--dir",
            defaultValue = "target/benchmark-data",
            description = "Where the stores' files go. Default: ${DEFAULT-VALUE}")
    private Path directory = Path.of("");

    /** Runs the command. */
    public static void main(String... arguments) {
        System.exit(
                new CommandLine(new Regression())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path tree = Files.createTempDirectory("kvstore-before").resolve("tree");
        run(null, "git", "worktree", "add", "--quiet", "--detach", tree.toString(), against);
        try {
            Path classes = build(tree);
            Files.createDirectories(directory);
            Rounds rounds =
                    new Rounds(
                            rows.stream().map(Row::of).toList(),
                            List.of(
                                    new Variant(NOW, StoreKind.of("kv"), heap, ""),
                                    new Variant(
                                            BEFORE, StoreKind.of("kv"), heap, classes.toString())),
                            Set.of(NOW, BEFORE),
                            effort,
                            directory,
                            900,
                            System.err::println);
            rounds.run(() -> {});
            print(new Figures(Map.of(), rounds.samples(), Double.MAX_VALUE, false));
            return rounds.failures().isEmpty() ? 0 : 1;
        } finally {
            run(null, "git", "worktree", "remove", "--force", tree.toString());
            DiskUsage.delete(tree.getParent());
        }
    }

    private void print(Figures figures) {
        System.out.println("| what | unit | " + against + " | this build | ratio |");
        System.out.println("|---|---|---:|---:|---:|");
        Row.allFigures()
                .forEach(
                        figure -> {
                            Optional<Figures.Cell> before = figures.cell(figure.name(), BEFORE);
                            Optional<Figures.Cell> now = figures.cell(figure.name(), NOW);
                            if (before.isPresent() && now.isPresent()) {
                                print(figure, before.get(), now.get());
                            }
                        });
        System.out.println();
        System.out.println(
                "Medians, and half of the distance between the least and the largest. A ratio"
                        + " within that distance says nothing.");
    }

    private static void print(Figure figure, Figures.Cell before, Figures.Cell now) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s ±%.0f %% | %s ±%.0f %% | %.2f |%n",
                figure.name(),
                figure.unit().label(),
                figure.unit().format(before.median()),
                before.spread() * 100,
                figure.unit().format(now.median()),
                now.spread() * 100,
                now.median() / before.median());
    }

    private static Path build(Path tree) throws IOException, InterruptedException {
        String wrapper = System.getProperty("os.name").startsWith("Windows") ? "mvnw.cmd" : "mvnw";
        run(
                tree,
                tree.resolve(wrapper).toString(),
                "-q",
                "-B",
                "-ntp",
                "-pl",
                "kv-core",
                "compile");
        return tree.resolve("kv-core").resolve("target").resolve("classes");
    }

    private static void run(@Nullable Path where, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        if (where != null) {
            builder.directory(where.toFile());
        }
        if (builder.start().waitFor() != 0) {
            throw new IllegalStateException("Failed: " + String.join(" ", command));
        }
    }
}
