package dev.kvstore.benchmarks;

import dev.kvstore.benchmarks.targets.BarChart;
import dev.kvstore.benchmarks.targets.Figures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws some of the figures that {@link Targets} wrote as bars, in an SVG. */
@Command(
        name = "Bars",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Draws figures that Targets wrote as bars.")
public final class Bars implements Callable<Integer> {

    @Option(
            names = "--figures",
            split = ",",
            defaultValue = "fill,read-uniform,read-uniform-2,mixed-95-5,update,durable-32",
            description = "What to draw, by the names in the file. Default: ${DEFAULT-VALUE}")
    private List<String> names = List.of();

    @Option(
            names = "--csv",
            defaultValue = "target/figures.csv",
            description = "The file that Targets wrote. Default: ${DEFAULT-VALUE}")
    private Path csv = Path.of("");

    @Option(
            names = "--out",
            defaultValue = "target/figures.svg",
            description = "The file to write. Default: ${DEFAULT-VALUE}")
    private Path out = Path.of("");

    @Option(
            names = "--max-load",
            defaultValue = "0.1",
            description = {
                "With --discard, leave out rounds in which other processes used more processors."
                        + " Default: ${DEFAULT-VALUE}"
            })
    private double maxLoad;

    @Option(names = "--discard", description = "Leave disturbed rounds out.")
    private boolean discard;

    /** Runs the command. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Bars()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Figures figures = Figures.read(csv, maxLoad, discard);
        Files.writeString(out, new BarChart(figures).draw(names));
        return 0;
    }
}
