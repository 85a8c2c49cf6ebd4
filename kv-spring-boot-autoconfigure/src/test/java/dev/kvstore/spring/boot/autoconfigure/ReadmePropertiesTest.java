package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds the table of properties in the README against what the build generates. */
class ReadmePropertiesTest {

    private static final Path README = Path.of("..", "README.md");

    @Test
    void tableNamesEveryPropertyWithItsDefault() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        ConfigurationMetadata.properties()
                .forEach(
                        property ->
                                expected.put(
                                        property.name(),
                                        property.defaultValue() == null
                                                ? ""
                                                : property.defaultValue()));
        Map<String, String> documented = new TreeMap<>();
        rows().forEach(row -> documented.put(row.get(0), row.get(1)));
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void tableDescribesEveryProperty() throws IOException {
        assertThat(rows()).isNotEmpty().allSatisfy(row -> assertThat(row.get(2)).isNotBlank());
    }

    /** The cells of the rows, without the backticks around names and values. */
    private static List<List<String>> rows() throws IOException {
        String readme = Files.readString(README);
        int start = readme.indexOf("<!-- properties -->");
        int end = readme.indexOf("<!-- /properties -->");
        assertThat(start).as("start of the table").isNotNegative();
        assertThat(end).as("end of the table").isGreaterThan(start);
        return readme.substring(start, end)
                .lines()
                .filter(line -> line.startsWith("|"))
                .skip(2) // the head and the line below it
                .map(ReadmePropertiesTest::cells)
                .toList();
    }

    private static List<String> cells(String row) {
        List<String> cells =
                List.of(row.substring(1).split("\\|")).stream()
                        .map(cell -> cell.strip().replaceAll("^`(.*)`$", "$1"))
                        .toList();
        assertThat(cells).as(row).hasSize(3);
        return cells;
    }
}
