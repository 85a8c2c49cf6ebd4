package dev.kvstore.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables and examples of docs/format.md, for tests that compare them with the code. */
public final class FormatTables {

    private static final Pattern LAYOUT =
            Pattern.compile("Layout: (.+)\\. Length: (\\d+) (?:bytes|bits)\\.");
    private static final Pattern CODES = Pattern.compile("Codes: (.+)\\.");
    private static final Pattern EXAMPLE_LINE =
            Pattern.compile("    ([0-9a-f]{4})   ((?:[0-9a-f]{2} )*[0-9a-f]{2}) .*");

    private final List<String> lines;

    private FormatTables(List<String> lines) {
        this.lines = lines;
    }

    /** Reads the page. */
    public static FormatTables read() {
        return of(page());
    }

    /** Takes the text of a page. */
    static FormatTables of(String text) {
        return new FormatTables(text.lines().toList());
    }

    private static String page() {
        // The working directory is that of the module or, in an IDE, of the whole.
        for (Path d = Path.of("").toAbsolutePath(); d != null; d = d.getParent()) {
            Path page = d.resolve("docs").resolve("format.md");
            if (Files.exists(page)) {
                try {
                    return Files.readString(page);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new AssertionError("docs/format.md was not found.");
    }

    /**
     * Returns the offset of each field of a layout, in the order of the table, after checking that
     * the fields follow each other without a gap from 0 to the stated length.
     */
    public Map<String, Integer> offsets(String layout) {
        int at = find(LAYOUT, layout);
        Map<String, Integer> offsets = new LinkedHashMap<>();
        int end = 0;
        int reserved = 0;
        for (List<String> row : rows(at)) {
            int offset = Integer.parseInt(row.get(0));
            if (offset != end) {
                throw new AssertionError(
                        layout + ": " + row.get(2) + " is at " + offset + ", not at " + end);
            }
            end += Integer.parseInt(row.get(1));
            String field = row.get(2);
            if (field.equals("reserved") && reserved++ > 0) {
                field += " " + reserved;
            }
            if (offsets.put(field, offset) != null) {
                throw new AssertionError(layout + ": " + field + " is there twice");
            }
        }
        if (end != length(layout)) {
            throw new AssertionError(
                    layout + ": the fields have " + end + ", not " + length(layout));
        }
        return offsets;
    }

    /** Returns the stated length of a layout. */
    public int length(String layout) {
        Matcher matcher = LAYOUT.matcher(lines.get(find(LAYOUT, layout)));
        return matcher.matches() ? Integer.parseInt(matcher.group(2)) : -1;
    }

    /** Returns the size that the table gives to a field. */
    public int size(String layout, String field) {
        return rows(find(LAYOUT, layout)).stream()
                .filter(row -> row.get(2).equals(field))
                .mapToInt(row -> Integer.parseInt(row.get(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(layout + " has no field " + field));
    }

    /** Returns the text in backticks that stands for the meaning of a field. */
    public String literal(String layout, String field) {
        return rows(find(LAYOUT, layout)).stream()
                .filter(row -> row.get(2).equals(field))
                .map(row -> row.get(3).replace("`", ""))
                .findFirst()
                .orElseThrow(() -> new AssertionError(layout + " has no field " + field));
    }

    /** Returns the numbers of a table of codes by their names. */
    public Map<String, Integer> codes(String what) {
        Map<String, Integer> codes = new LinkedHashMap<>();
        for (List<String> row : rows(find(CODES, what))) {
            codes.put(row.get(1), Integer.valueOf(row.get(0)));
        }
        return codes;
    }

    /** Returns the bytes of an example, after checking that its offsets are right. */
    public byte[] example(String name) {
        int at = lines.indexOf("<!-- example: " + name + " -->") + 1;
        if (at == 0) {
            throw new AssertionError("There is no example " + name + ".");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (at++; at < lines.size() && lines.get(at).startsWith("    "); at++) {
            Matcher matcher = EXAMPLE_LINE.matcher(lines.get(at));
            if (!matcher.matches() || Integer.parseInt(matcher.group(1), 16) != bytes.size()) {
                throw new AssertionError("At byte " + bytes.size() + ": " + lines.get(at));
            }
            for (String digits : matcher.group(2).split(" ")) {
                bytes.write(Integer.parseInt(digits, 16));
            }
        }
        return bytes.toByteArray();
    }

    /** Returns whether the page contains a text, line breaks counting as spaces. */
    public boolean says(String text) {
        return String.join(" ", lines).replaceAll(" +", " ").contains(text);
    }

    private int find(Pattern heading, String name) {
        for (int i = 0; i < lines.size(); i++) {
            Matcher matcher = heading.matcher(lines.get(i));
            if (matcher.matches() && matcher.group(1).equals(name)) {
                return i;
            }
        }
        throw new AssertionError("docs/format.md has no table for " + name + ".");
    }

    /** The cells of the table below a line, without its two lines of headings. */
    private List<List<String>> rows(int heading) {
        List<List<String>> rows = new ArrayList<>();
        int at = heading + 1;
        while (!lines.get(at).startsWith("|")) {
            at++;
        }
        for (at += 2; at < lines.size() && lines.get(at).startsWith("|"); at++) {
            List<String> cells = new ArrayList<>();
            for (String cell : lines.get(at).substring(1).split("\\|")) {
                cells.add(cell.strip());
            }
            rows.add(cells);
        }
        return rows;
    }
}
