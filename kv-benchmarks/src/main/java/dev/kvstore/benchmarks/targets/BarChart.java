package dev.kvstore.benchmarks.targets;

import dev.kvstore.benchmarks.adapter.StoreKind;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Figures as bars, in an SVG that follows the reader's light or dark setting: a group for each
 * figure with a bar for each store, best first. Each group has a scale of its own.
 */
public final class BarChart {

    private static final int WIDTH = 720;
    private static final int LABEL_WIDTH = 150;
    private static final int VALUE_WIDTH = 110;
    private static final int BAR_HEIGHT = 16;
    private static final int STEP = 22;
    private static final int TITLE_HEIGHT = 30;
    private static final int GAP = 14;

    private static final Map<String, String> NAMES =
            Map.of(
                    "kv", "kvstore",
                    "chronicle", "Chronicle Map",
                    "lmdb", "LMDB",
                    "mapdb", "MapDB",
                    "mvstore", "H2 MVStore",
                    "rocksdb", "RocksDB",
                    "hashmap", "limit: hash map",
                    "twoloads", "limit: two loads",
                    "append", "limit: appends");

    private static final String STYLE =
            """
            <style>
              text { font: 13px system-ui, sans-serif; fill: #1f2328; }
              .title { font-weight: 600; }
              .ours { fill: #1a7f37; }
              .peer { fill: #8c959f; }
              .limit { fill: none; stroke: #8c959f; stroke-dasharray: 3 2; }
              @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3; }
                .ours { fill: #3fb950; }
                .peer { fill: #6e7681; }
                .limit { stroke: #6e7681; }
              }
            </style>
            """;

    private final Figures figures;
    private final StringBuilder text = new StringBuilder();
    private int y;

    private record Bar(String store, double value) {}

    /** Prepares to draw. */
    public BarChart(Figures figures) {
        this.figures = figures;
    }

    /** Returns the drawing of some figures; those that were not measured are left out. */
    public String draw(List<String> names) {
        for (String name : names) {
            Figure figure = Row.figure(name);
            List<Bar> bars = bars(figure);
            if (!bars.isEmpty()) {
                drawGroup(figure, bars);
            }
        }
        String head =
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                                + " viewBox=\"0 0 %d %d\" role=\"img\">%n"
                                + "<title>Figures of kvstore and other stores</title>%n",
                        WIDTH,
                        y,
                        WIDTH,
                        y);
        return head + STYLE + text + "</svg>\n";
    }

    private List<Bar> bars(Figure figure) {
        Comparator<Bar> order = Comparator.comparingDouble(Bar::value);
        return figures.stores().stream()
                .filter(NAMES::containsKey) // of ours, only the column with the usual heap
                .map(store -> bar(figure, store))
                .flatMap(Optional::stream)
                .sorted(figure.more() ? order.reversed() : order)
                .toList();
    }

    private Optional<Bar> bar(Figure figure, String store) {
        return figures.cell(figure.name(), store).map(cell -> new Bar(store, cell.median()));
    }

    private void drawGroup(Figure figure, List<Bar> bars) {
        String unit = figure.unit().label();
        String direction = figure.more() ? "" : "; less is better";
        text(0, y + 19, "title", figure.text() + (unit.isEmpty() ? "" : ", " + unit) + direction);
        y += TITLE_HEIGHT;
        double longest = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        for (Bar bar : bars) {
            drawBar(figure, bar, longest);
        }
        y += GAP;
    }

    private void drawBar(Figure figure, Bar bar, double longest) {
        double room = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
        double width = Math.max(1, room * bar.value() / longest);
        StoreKind kind = StoreKind.of(bar.store());
        String style = kind.ours() ? "ours" : kind.limit() ? "limit" : "peer";
        text(0, y + 13, kind.ours() ? "title" : "", NAMES.get(bar.store()));
        text.append(
                String.format(
                        Locale.ROOT,
                        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\""
                                + " rx=\"2\"/>%n",
                        style,
                        LABEL_WIDTH,
                        y,
                        width,
                        BAR_HEIGHT));
        text(
                LABEL_WIDTH + (int) width + 6,
                y + 13,
                kind.ours() ? "title" : "",
                figure.unit().format(bar.value()));
        y += STEP;
    }

    private void text(int x, int baseline, String style, String words) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%d\" y=\"%d\"%s>%s</text>%n",
                        x,
                        baseline,
                        style.isEmpty() ? "" : " class=\"" + style + "\"",
                        words.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
