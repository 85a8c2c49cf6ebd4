package dev.kvstore.benchmarks.targets;

import dev.kvstore.benchmarks.adapter.StoreKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The tables of a run in Markdown: every figure of every store, and what was to be reached. */
public final class MarkdownTable {

    private static final String OURS = "kv";

    private final Figures figures;
    private final List<String> stores;
    private final List<String> failures;
    private final StringBuilder text = new StringBuilder();

    /** Prepares to write. */
    public MarkdownTable(Figures figures, List<String> failures) {
        this.figures = figures;
        this.failures = failures;
        this.stores =
                figures.stores().stream()
                        .sorted(Comparator.comparingInt(MarkdownTable::place))
                        .toList();
    }

    /** Returns the text. */
    public String write() {
        line(
                "Medians over the rounds, and half of the distance between the least and the"
                        + " largest. A star marks a median of rounds in at least one of which other"
                        + " processes used more than "
                        + figures.maxOtherCores()
                        + " processors.");
        line("");
        writeFigures();
        line("");
        if (figures.stores().contains(OURS)) {
            line("### Goals");
            line("");
            writeGoals();
            line("");
        }
        line("### Processor time and allocation of an operation");
        line("");
        writeNorms();
        line("");
        line("### Settings");
        line("");
        for (Map.Entry<String, String> setting : figures.settings().entrySet()) {
            line("- " + setting.getKey() + ": " + setting.getValue());
        }
        failures.forEach(failure -> line("- **failed**: " + failure));
        return text.toString();
    }

    // Ours, then the peers, then the limits.
    private static int place(String store) {
        StoreKind kind = Variant.of(store, "").kind();
        return kind.ours() ? 0 : kind.limit() ? 2 : 1;
    }

    private void writeFigures() {
        head("what", "unit");
        Row.allFigures().filter(this::isMeasured).forEach(this::writeFigure);
    }

    private void writeFigure(Figure figure) {
        List<String> cells = new ArrayList<>(List.of(figure.text(), figure.unit().label()));
        for (String store : stores) {
            cells.add(
                    figures.cell(figure.name(), store).map(cell -> text(figure, cell)).orElse(""));
        }
        row(cells);
    }

    private static String text(Figure figure, Figures.Cell cell) {
        String value = figure.unit().format(cell.median());
        String spread =
                cell.rounds() > 1 && cell.median() != 0
                        ? String.format(Locale.ROOT, " ±%.0f %%", cell.spread() * 100)
                        : "";
        return value + spread + (cell.disturbed() > 0 ? " *" : "");
    }

    private void writeGoals() {
        List<String> ours = stores.stream().filter(store -> place(store) == 0).toList();
        List<String> titles = new ArrayList<>(List.of("what", "goal"));
        for (String store : ours) {
            titles.add(store);
            titles.add("met");
        }
        row(titles);
        row(Collections.nCopies(titles.size(), "---"));
        Row.allFigures()
                .filter(this::isMeasured)
                .forEach(figure -> figure.goals().forEach(goal -> writeGoal(figure, goal, ours)));
    }

    private void writeGoal(Figure figure, Goal goal, List<String> ours) {
        List<String> cells = new ArrayList<>();
        cells.add(figure.name());
        cells.add(Verdict.of(goal, figure, OURS, figures).goal());
        for (String store : ours) {
            Verdict verdict = Verdict.of(goal, figure, store, figures);
            cells.add(verdict.reached());
            cells.add(verdict.reached().isEmpty() ? "" : verdict.met() ? "yes" : "**no**");
        }
        row(cells);
    }

    private void writeNorms() {
        head("what", "unit");
        Row.allFigures()
                .filter(figure -> figure.unit() == Unit.OPERATIONS)
                .forEach(
                        figure -> {
                            writeNorm(figure, "ns", Sample::cpuNanos);
                            writeNorm(figure, "bytes", Sample::allocatedBytes);
                        });
    }

    private void writeNorm(Figure figure, String unit, ToDoubleFunction<Sample> what) {
        List<Optional<Figures.Cell>> cells =
                stores.stream().map(store -> figures.cell(figure.name(), store, what)).toList();
        if (cells.stream().allMatch(Optional::isEmpty)) {
            return;
        }
        List<String> texts = new ArrayList<>(List.of(figure.text(), unit));
        for (Optional<Figures.Cell> cell : cells) {
            texts.add(
                    cell.map(found -> String.format(Locale.ROOT, "%,.0f", found.median()))
                            .orElse(""));
        }
        row(texts);
    }

    private boolean isMeasured(Figure figure) {
        return stores.stream().anyMatch(store -> figures.cell(figure.name(), store).isPresent());
    }

    private void head(String... first) {
        List<String> titles = new ArrayList<>(List.of(first));
        titles.addAll(stores);
        row(titles);
        List<String> rules = new ArrayList<>(Collections.nCopies(titles.size(), "---:"));
        Collections.fill(rules.subList(0, first.length), "---");
        row(rules);
    }

    private void row(List<String> cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
