package dev.kvstore.benchmarks.targets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FiguresTest {

    private static final double NONE = Double.NaN;

    private final List<Sample> samples = new ArrayList<>();

    @Test
    void comeBackFromAFile(@TempDir Path directory) throws IOException {
        add("read-uniform", "kv", 1, 1_234_560, 0.05);
        samples.add(new Sample("memory-index", "kv", 2, 12.5, NONE, NONE, 3));
        Figures written = new Figures(Map.of("commit", "a: b"), samples, 0.1, false);
        Path file = directory.resolve("figures.csv");
        written.write(file);
        Figures read = Figures.read(file, 0.1, false);
        assertThat(read.settings()).containsEntry("commit", "a: b");
        assertThat(read.samples()).isEqualTo(samples);
    }

    @Test
    void areMediansOverTheRounds() {
        add("fill", "kv", 1, 300, 0);
        add("fill", "kv", 2, 100, 0);
        add("fill", "kv", 3, 200, 0);
        assertThat(figures(false).cell("fill", "kv")).contains(new Figures.Cell(200, 0.5, 3, 0));
        assertThat(figures(false).cell("fill", "lmdb")).isEmpty();
    }

    @Test
    void disturbedRoundsAreMarkedOrLeftOut() {
        add("fill", "kv", 1, 100, 0.5);
        add("fill", "kv", 2, 300, 0);
        add("fill", "lmdb", 1, 70, 0.5);
        assertThat(figures(false).cell("fill", "kv")).contains(new Figures.Cell(200, 0.5, 2, 1));
        assertThat(figures(true).cell("fill", "kv")).contains(new Figures.Cell(300, 0, 1, 0));
        assertThat(figures(true).cell("fill", "lmdb")).contains(new Figures.Cell(70, 0, 1, 1));
    }

    @Test
    void goalsAreJudged() {
        add("fill", "kv", 1, 500, 0);
        add("fill", "append", 1, 600, 0);
        add("fill", "lmdb", 1, 200, 0);
        add("fill", "mapdb", 1, 100, 0);
        assertThat(verdict("fill", 0))
                .isEqualTo(new Verdict("≥ 2.00× best peer", "2.50× (lmdb)", true));
        assertThat(verdict("fill", 1)).isEqualTo(new Verdict("≥ 1.00× append", "0.83×", false));

        add("latency-quiet-p99.9", "kv", 1, 50, 0);
        add("latency-quiet-p99.9", "lmdb", 1, 80, 0);
        add("latency-quiet-p99.9", "mapdb", 1, 40, 0);
        assertThat(verdict("latency-quiet-p99.9", 0).reached()).isEqualTo("1.25× (mapdb)");
        assertThat(verdict("latency-quiet-p99.9", 0).met()).isFalse();

        add("read-uniform", "kv", 1, 100, 0);
        add("read-uniform-2", "kv", 1, 195, 0);
        assertThat(verdict("read-uniform-2", 0).reached()).isEmpty(); // there is no peer
        assertThat(verdict("read-uniform-2", 1).met()).isTrue();

        add("reopen", "kv", 1, 3.5, 0);
        assertThat(verdict("reopen", 0)).isEqualTo(new Verdict("≤ 3.00 ms", "3.50", false));
    }

    @Test
    void tableHasOursThenPeersThenLimits() {
        add("fill", "append", 1, 600_000, 0);
        add("fill", "lmdb", 1, 200_000, 0.2);
        add("fill", "kv", 1, 500_000, 0);
        String table = new MarkdownTable(figures(false), List.of("lmdb, work, round 2")).write();
        assertThat(table)
                .contains("| what | unit | kv | lmdb | append |")
                .contains("| fill, random order | k ops/s | 500 | 200 * | 600 |")
                .contains("| fill | ≥ 1.00× append | 0.83× | **no** |")
                .contains("- **failed**: lmdb, work, round 2");
    }

    @Test
    void barsAreDrawnBestFirst() throws Exception {
        add("fill", "append", 1, 600_000, 0);
        add("fill", "lmdb", 1, 200_000, 0);
        add("fill", "kv", 1, 500_000, 0);
        add("fill", "kv@64m", 1, 400_000, 0);
        String drawing = new BarChart(figures(false)).draw(List.of("fill", "read-miss"));
        Document svg =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(drawing.getBytes(StandardCharsets.UTF_8)));
        NodeList bars = svg.getElementsByTagName("rect");
        assertThat(bars.getLength()).isEqualTo(3);
        assertThat(((Element) bars.item(0)).getAttribute("class")).isEqualTo("limit");
        assertThat(((Element) bars.item(1)).getAttribute("class")).isEqualTo("ours");
        assertThat(((Element) bars.item(2)).getAttribute("class")).isEqualTo("peer");
    }

    private void add(String figure, String store, int round, double value, double otherCores) {
        samples.add(new Sample(figure, store, round, value, otherCores, NONE, NONE));
    }

    private Figures figures(boolean discard) {
        return new Figures(Map.of(), samples, 0.1, discard);
    }

    private Verdict verdict(String figure, int goal) {
        Figure judged = Row.figure(figure);
        return Verdict.of(judged.goals().get(goal), judged, "kv", figures(false));
    }
}
