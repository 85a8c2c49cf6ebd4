package dev.kvstore.benchmarks.targets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What a run measured, with its settings: as a file of comma-separated values, the settings in
 * lines that begin with {@code #}; and as medians over the rounds.
 *
 * @param settings names and values
 * @param samples all figures of all rounds
 * @param maxOtherCores how many processors others may use in a round that is not disturbed
 * @param discard whether to leave disturbed rounds out where there are others
 */
public record Figures(
        Map<String, String> settings, List<Sample> samples, double maxOtherCores, boolean discard) {

    private static final String COMMENT = "# ";

    /**
     * A figure of a store over the rounds.
     *
     * @param median the median
     * @param spread half of the distance from the least to the largest, as a share of the median
     * @param rounds how many rounds it is of
     * @param disturbed in how many of these others used the machine
     */
    public record Cell(double median, double spread, int rounds, long disturbed) {}

    /** Writes the file. */
    public void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        settings.forEach((name, value) -> lines.add(COMMENT + name + ": " + value));
        lines.add(Sample.HEAD);
        samples.forEach(sample -> lines.add(sample.toLine()));
        Files.write(file, lines);
    }

    /** Reads a file that {@link #write} wrote. */
    public static Figures read(Path file, double maxOtherCores, boolean discard)
            throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        List<Sample> samples = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(COMMENT)) {
                int colon = line.indexOf(": ");
                settings.put(line.substring(COMMENT.length(), colon), line.substring(colon + 2));
            } else if (!line.equals(Sample.HEAD)) {
                samples.add(Sample.parse(line));
            }
        }
        return new Figures(settings, samples, maxOtherCores, discard);
    }

    /** Returns the names of all stores, in the order of their first figures. */
    public Set<String> stores() {
        Set<String> stores = new LinkedHashSet<>();
        samples.forEach(sample -> stores.add(sample.store()));
        return stores;
    }

    /** Returns a figure of a store, if it was measured. */
    public Optional<Cell> cell(String figure, String store) {
        return cell(figure, store, Sample::value);
    }

    /** Returns something else that was measured with a figure, if it was. */
    public Optional<Cell> cell(String figure, String store, ToDoubleFunction<Sample> what) {
        List<Sample> all =
                samples.stream()
                        .filter(sample -> sample.figure().equals(figure))
                        .filter(sample -> sample.store().equals(store))
                        .filter(sample -> !Double.isNaN(what.applyAsDouble(sample)))
                        .toList();
        List<Sample> quiet = all.stream().filter(sample -> !isDisturbed(sample)).toList();
        List<Sample> used = discard && !quiet.isEmpty() ? quiet : all;
        double[] values = used.stream().mapToDouble(what).sorted().toArray();
        if (values.length == 0) {
            return Optional.empty();
        }
        double median = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
        double range = values[values.length - 1] - values[0];
        return Optional.of(
                new Cell(
                        median,
                        median == 0 ? 0 : range / 2 / median,
                        values.length,
                        used.stream().filter(this::isDisturbed).count()));
    }

    private boolean isDisturbed(Sample sample) {
        return sample.otherCores() > maxOtherCores;
    }
}
