package dev.kvstore.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the table of meters in docs/spring.md against the meters of an application. */
class DocumentedMetersTest {

    private static final Path PAGE = Path.of("..", "docs", "spring.md");

    @TempDir private Path directory;

    @Test
    void tableNamesEveryMeterWithItsTypeAndTags() throws IOException {
        Map<String, Described> documented = new TreeMap<>();
        for (List<String> row : rows()) {
            documented.put(row.get(0), new Described(row.get(1), tags(row.get(2))));
            assertThat(row.get(3)).as(row.get(0)).isNotBlank();
        }
        Map<String, Described> actual = new TreeMap<>();
        MeteredApplication.withAllMeters(
                directory,
                registry ->
                        registry.getMeters().stream()
                                .filter(meter -> meter.getId().getName().startsWith("kv."))
                                .forEach(
                                        meter ->
                                                actual.merge(
                                                        meter.getId().getName(),
                                                        Described.of(meter),
                                                        Described::and)));
        assertThat(documented).isEqualTo(actual);
    }

    private record Described(String type, Set<String> tags) {

        static Described of(Meter meter) {
            Set<String> tags = new TreeSet<>();
            for (Tag tag : meter.getId().getTags()) {
                if (!tag.getKey().equals("name")) {
                    tags.add(
                            Set.of("operation", "error", "le").contains(tag.getKey())
                                    ? tag.getKey()
                                    : tag.getKey() + "=" + tag.getValue());
                }
            }
            return new Described(type(meter), tags);
        }

        Described and(Described other) {
            assertThat(other.type).isEqualTo(type);
            Set<String> all = new TreeSet<>(tags);
            all.addAll(other.tags);
            return new Described(type, all);
        }

        private static String type(Meter meter) {
            return switch (meter.getId().getType()) {
                case LONG_TASK_TIMER -> "long task timer";
                default -> meter.getId().getType().name().toLowerCase(Locale.ROOT);
            };
        }
    }

    private static Set<String> tags(String cell) {
        Set<String> tags = new TreeSet<>();
        Arrays.stream(cell.split(","))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .forEach(tag -> tags.addAll(spread(tag.replace("`", ""))));
        return tags;
    }

    /** One tag with all its values, as "result=hit/miss" says it. */
    private static List<String> spread(String tag) {
        int equals = tag.indexOf('=');
        return equals < 0
                ? List.of(tag)
                : Arrays.stream(tag.substring(equals + 1).split("/"))
                        .map(value -> tag.substring(0, equals + 1) + value)
                        .toList();
    }

    private static List<List<String>> rows() throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf("<!-- meters -->");
        int end = page.indexOf("<!-- /meters -->");
        assertThat(start).as("start of the table").isNotNegative();
        assertThat(end).as("end of the table").isGreaterThan(start);
        return page.substring(start, end)
                .lines()
                .filter(line -> line.startsWith("|"))
                .skip(2) // the head and the line below it
                .map(
                        row ->
                                Arrays.stream(row.substring(1).split("\\|"))
                                        .map(cell -> cell.strip().replaceAll("^`([^`]*)`$", "$1"))
                                        .toList())
                .toList();
    }
}
