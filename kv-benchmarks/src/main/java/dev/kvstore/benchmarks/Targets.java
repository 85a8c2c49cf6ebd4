package dev.kvstore.benchmarks;

import dev.kvstore.benchmarks.targets.Effort;
import dev.kvstore.benchmarks.targets.Figures;
import dev.kvstore.benchmarks.targets.MarkdownTable;
import dev.kvstore.benchmarks.targets.Rounds;
import dev.kvstore.benchmarks.targets.Row;
import dev.kvstore.benchmarks.targets.Surroundings;
import dev.kvstore.benchmarks.targets.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures rows of figures of this store, of other stores and of limits, in alternating rounds of
 * one run, and writes them as Markdown and as comma-separated values.
 */
@Command(
        name = "Targets",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures this store, others, and limits, and writes a table.")
public final class Targets implements Callable<Integer> {

    private static final List<String> ALL_STORES =
            List.of(
                    "kv",
                    "kv@64m",
                    "chronicle",
                    "lmdb",
                    "mapdb",
                    "mvstore",
                    "rocksdb",
                    "hashmap",
                    "twoloads",
                    "append");

    @Option(
            names = "--rows",
            split = ",",
            description = "What to measure; all by default. --rows list prints the names.")
    private List<String> rows = List.of();

    @Option(
            names = "--stores",
            split = ",",
            description = {
                "The stores, by default all of this build: kv, kv@64m (with that heap), chronicle,"
                        + " lmdb, mapdb, mvstore, rocksdb, and the limits hashmap, twoloads"
                        + " and append."
            })
    private List<String> stores = List.of();

    @Option(
            names = "--large-stores",
            split = ",",
            defaultValue = "kv,kv@64m,chronicle,lmdb,hashmap",
            description = {
                "Which of the stores to measure with many keys, too. Default: ${DEFAULT-VALUE}"
            })
    private Set<String> largeStores = Set.of();

    @Mixin private Effort effort = new Effort();

    @Option(
            names = "--heap",
            defaultValue = "8g",
            description = "The heap of stores that name none. Default: ${DEFAULT-VALUE}")
    private String heap = "8g";

    @Option(
            names = "--max-load",
            defaultValue = "0.1",
            description = {
                "A round in which other processes use more than so many processors is disturbed."
                        + " Default: ${DEFAULT-VALUE}"
            })
    private double maxLoad;

    @Option(
            names = "--discard",
            description = "Leave disturbed rounds out where there are others, not only mark them.")
    private boolean discard;

    @Option(
            names = "--limit-seconds",
            defaultValue = "900",
            description = "How long one store may take for one part. Default: ${DEFAULT-VALUE}")
    private long limitSeconds;

    @Option(
            names = "--dir",
            defaultValue = "target/benchmark-data",
            description = "Where the stores' files go. Default: ${DEFAULT-VALUE}")
    private Path directory = Path.of("");

    @Option(
            names = "--out",
            defaultValue = "target/figures",
            description = {
                "The files to write, without .md and .csv at the end. Default: ${DEFAULT-VALUE}"
            })
    private Path out = Path.of("");

    /** Runs the command. */
    public static void main(String... arguments) {
        System.exit(
                new CommandLine(new Targets())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (rows.equals(List.of("list"))) {
            System.out.println(Row.labels());
            return 0;
        }
        List<Row> chosenRows =
                rows.isEmpty() ? Arrays.asList(Row.values()) : rows.stream().map(Row::of).toList();
        List<Variant> variants = variants().toList();
        Files.createDirectories(directory);
        Rounds rounds =
                new Rounds(
                        chosenRows,
                        variants,
                        largeStores,
                        effort,
                        directory,
                        limitSeconds,
                        System.err::println);
        var settings = Surroundings.describe(effort, variants, directory);
        long start = System.nanoTime();
        rounds.run(
                () -> {
                    settings.put("took", (System.nanoTime() - start) / 1_000_000_000 + " s");
                    write(settings, rounds); // what there is, if the run should be ended
                });
        System.out.print(write(settings, rounds));
        return rounds.failures().isEmpty() ? 0 : 1;
    }

    private String write(Map<String, String> settings, Rounds rounds) throws IOException {
        Figures figures = new Figures(settings, rounds.samples(), maxLoad, discard);
        String table = new MarkdownTable(figures, rounds.failures()).write();
        Path parent = out.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        figures.write(parent.resolve(out.getFileName() + ".csv"));
        Files.writeString(parent.resolve(out.getFileName() + ".md"), table);
        return table;
    }

    private Stream<Variant> variants() {
        if (!stores.isEmpty()) {
            return stores.stream().map(name -> Variant.of(name, heap));
        }
        return ALL_STORES.stream()
                .map(name -> Variant.of(name, heap))
                .filter(variant -> variant.kind().present());
    }
}
