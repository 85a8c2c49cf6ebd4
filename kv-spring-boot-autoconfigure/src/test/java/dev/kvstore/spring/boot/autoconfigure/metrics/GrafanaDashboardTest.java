package dev.kvstore.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds the dashboard of the documentation against what Prometheus gets. */
class GrafanaDashboardTest {

    private static final Path DASHBOARD = Path.of("..", "docs", "grafana-dashboard.json");

    private static final Pattern METRIC = Pattern.compile("\\bkv_[a-z_]+");

    private static final Pattern LABEL = Pattern.compile("[{,]([a-z]+)=\"([^\"]*)\"");

    @TempDir private Path directory;

    @Test
    void everyMeterThatItNamesExists() throws IOException {
        List<String> queries = queries();
        assertThat(queries).hasSizeGreaterThan(20);
        MeteredApplication.withAllMeters(
                directory,
                registry -> {
                    List<String> samples = registry.scrape().lines().toList();
                    for (String query : queries) {
                        assertThat(metrics(query)).as(query).isNotEmpty();
                        metrics(query)
                                .forEach(
                                        metric ->
                                                assertThat(samples).as(query).anyMatch(is(metric)));
                    }
                });
    }

    @Test
    void everyTagThatItSelectsExists() throws IOException {
        List<String> queries = queries();
        MeteredApplication.withAllMeters(
                directory,
                registry -> {
                    String samples = registry.scrape();
                    for (String query : queries) {
                        Matcher label = LABEL.matcher(query);
                        while (label.find()) {
                            assertThat(samples)
                                    .as(query)
                                    .contains(label.group(1) + "=\"" + label.group(2) + "\"");
                        }
                    }
                });
    }

    @Test
    void panelsAreWhole() throws IOException {
        List<Integer> ids = new ArrayList<>();
        for (JsonNode panel : dashboard().get("panels")) {
            ids.add(panel.get("id").asInt());
            assertThat(panel.get("title").asString()).isNotBlank();
            assertThat(
                            panel.get("gridPos").get("x").asInt()
                                    + panel.get("gridPos").get("w").asInt())
                    .isLessThanOrEqualTo(24);
        }
        assertThat(ids).doesNotHaveDuplicates();
    }

    private static Predicate<String> is(String metric) {
        return sample -> sample.startsWith(metric + "{") || sample.startsWith(metric + " ");
    }

    private static List<String> metrics(String query) {
        return METRIC.matcher(query).results().map(found -> found.group()).toList();
    }

    private static List<String> queries() throws IOException {
        List<String> queries = new ArrayList<>(dashboard().findValuesAsString("expr"));
        dashboard()
                .get("templating")
                .get("list")
                .forEach(
                        variable -> {
                            if (variable.get("query").isObject()) {
                                queries.add(variable.get("query").get("query").asString());
                            }
                        });
        return queries;
    }

    private static JsonNode dashboard() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(DASHBOARD));
    }
}
