package dev.kvstore.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.io.input.BOMInputStream;

/**
 * One import of links from CSV. Good lines are written in batches; a bad one is noted and skipped.
 * Never holds more than one batch and one line.
 */
final class CsvImport {

    private static final int BATCH_SIZE = 250;
    private static final int MOST_REFUSALS_LISTED = 100;
    private static final CSVFormat FORMAT =
            CSVFormat.DEFAULT
                    .builder()
                    .setIgnoreSurroundingSpaces(true)
                    .setTrailingData(true) // "a"b is a bad line, not the end of the file
                    .get();

    private final LinkRepository links;
    private final Map<String, String> batch = new LinkedHashMap<>();
    private final List<Refusal> refusals = new ArrayList<>();
    private long taken;
    private long refused;

    CsvImport(LinkRepository links) {
        this.links = links;
    }

    /** A line that was not taken, and why. */
    record Refusal(long line, String reason) {}

    /** How many lines were taken and how many not, with the first hundred of those. */
    record Report(long taken, long refused, List<Refusal> refusals) {}

    Report run(InputStream csv) throws IOException {
        InputStream text = BOMInputStream.builder().setInputStream(csv).get();
        RecordLimitReader reader = new RecordLimitReader(new InputStreamReader(text, UTF_8));
        try (CSVParser parser = CSVParser.parse(reader, FORMAT)) {
            readRecords(parser, reader);
        }
        writeBatch();
        return new Report(taken, refused, refusals);
    }

    private void readRecords(CSVParser parser, RecordLimitReader reader) throws IOException {
        Iterator<CSVRecord> records = parser.iterator();
        try {
            while (records.hasNext()) {
                CSVRecord record = records.next();
                if (record.getRecordNumber() > 1 || !isHeader(record)) {
                    take(record, parser.getCurrentLineNumber());
                }
                reader.recordDone();
            }
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof CSVException)) {
                throw e.getCause();
            }
            String reason = e.getCause().getMessage() + "; nothing from here on was read";
            refuse(parser.getCurrentLineNumber(), reason);
        }
    }

    private void take(CSVRecord record, long line) {
        try {
            if (record.size() != 2) {
                refuse(line, "must be name,url but has " + record.size() + " columns");
                return;
            }
            batch.put(LinkRules.requireName(record.get(0)), LinkRules.requireUrl(record.get(1)));
            taken++;
        } catch (InvalidFieldException e) {
            refuse(line, String.valueOf(e.getMessage()));
        }
        if (batch.size() == BATCH_SIZE) {
            writeBatch();
        }
    }

    private void refuse(long line, String reason) {
        refused++;
        if (refusals.size() < MOST_REFUSALS_LISTED) {
            refusals.add(new Refusal(line, reason));
        }
    }

    private void writeBatch() {
        links.saveAll(batch);
        batch.clear();
    }

    private static boolean isHeader(CSVRecord record) {
        return record.size() == 2
                && record.get(0).equalsIgnoreCase("name")
                && record.get(1).equalsIgnoreCase("url");
    }
}
