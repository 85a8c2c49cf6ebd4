package dev.kvstore.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvImportTest {

    private static final int MANY = 200_000;
    private static final int MOST_LINES_HELD = 5_000;

    @TempDir Path dataPath;

    private KeyValueStore store;
    private LinkRepository links;

    @BeforeEach
    void open() {
        store = KeyValueStore.builder().dataPath(dataPath).segmentSizeBytes(4 << 20).open();
        links = new LinkRepository(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void linesAreStoredAsTheyArrive() throws IOException {
        CsvImport.Report report = new CsvImport(links).run(manyLines());

        assertThat(report.taken()).isEqualTo(MANY);
        assertThat(report.refused()).isZero();
        assertThat(store.size()).isEqualTo(MANY);
    }

    @Test
    void refusalsAreCountedButOnlyTheFirstAreListed() throws IOException {
        CsvImport.Report report = run("a,b\n".repeat(1_000));

        assertThat(report.taken()).isZero();
        assertThat(report.refused()).isEqualTo(1_000);
        assertThat(report.refusals()).hasSize(100);
        assertThat(report.refusals().get(99).line()).isEqualTo(100);
    }

    @Test
    void ofTwoLinesOfOneNameTheLaterWins() throws IOException {
        assertThat(run("a,https://example.org/1\na,https://example.org/2\n").taken()).isEqualTo(2);

        assertThat(links.find("a").orElseThrow().url()).isEqualTo("https://example.org/2");
    }

    @Test
    void aQuoteThatIsNeverClosedDoesNotSwallowTheRest() throws IOException {
        String start = "a,https://example.org/1\nb,\"https://example.org/2\n";
        // Not closed, as that would read it to its end.
        InputStream csv =
                new SequenceInputStream(
                        new ByteArrayInputStream(start.getBytes(UTF_8)), manyLines());

        CsvImport.Report report = new CsvImport(links).run(csv);

        assertThat(report.taken()).isEqualTo(1);
        assertThat(report.refused()).isEqualTo(1);
        assertThat(report.refusals().get(0).reason())
                .contains("quote", "nothing from here on was read");
        assertThat(links.find("a")).isPresent();
    }

    @Test
    void aQuoteThatIsNotClosedAtTheEndIsRefused() throws IOException {
        CsvImport.Report report = run("a,https://example.org/1\nb,\"https://example.org/2");

        assertThat(report.taken()).isEqualTo(1);
        assertThat(report.refusals()).hasSize(1);
    }

    @Test
    void somethingThatIsNoCsvAtAllIsRefused() throws IOException {
        CsvImport.Report report =
                new CsvImport(links).run(new ByteArrayInputStream(new byte[10_000_000]));

        assertThat(report.taken()).isZero();
        assertThat(report.refused()).isEqualTo(1);
        assertThat(store.size()).isZero();
    }

    @Test
    void nothingIsNothing() throws IOException {
        assertThat(run("")).isEqualTo(new CsvImport.Report(0, 0, List.of()));
    }

    private CsvImport.Report run(String csv) throws IOException {
        return new CsvImport(links).run(new ByteArrayInputStream(csv.getBytes(UTF_8)));
    }

    private InputStream manyLines() {
        return new ManyLines(store);
    }

    /** Makes lines as they are read, and checks that those read before were stored. */
    private static final class ManyLines extends InputStream {

        private final KeyValueStore store;
        private ByteArrayInputStream line = new ByteArrayInputStream(new byte[0]);
        private int made;

        ManyLines(KeyValueStore store) {
            this.store = store;
        }

        @Override
        public int read() {
            if (line.available() == 0 && made < MANY) {
                assertThat(made - store.size()).isLessThan(MOST_LINES_HELD);
                String next = "n" + made + ",https://example.org/" + made + "\n";
                line = new ByteArrayInputStream(next.getBytes(UTF_8));
                made++;
            }
            return line.read();
        }
    }
}
