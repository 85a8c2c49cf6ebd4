package dev.kvstore.salvage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.RepairReport;
import dev.kvstore.salvage.SegmentRecords.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a repair has to yield: of each key the newest record that was not touched, where a batch is
 * touched as a whole. Knows the records from the files as they were before the damage.
 */
final class SalvageModel {

    private record Version(String file, Place place, byte[] value) {}

    private final Map<String, List<Version>> versions = new TreeMap<>();
    private final Map<String, byte[]> files;

    SalvageModel(Map<String, byte[]> files) {
        this.files = files;
        files.forEach(
                (name, contents) -> {
                    if (name.endsWith(".kvs")
                            && contents.length > 4096
                            && !SegmentRecords.isFree(contents)) {
                        add(name, contents);
                    }
                });
    }

    private void add(String file, byte[] contents) {
        for (Place place : SegmentRecords.of(contents)) {
            if (place.isValue() || place.isTombstone()) {
                int valueStart =
                        place.offset() + ((place.flags() & 2) == 0 ? 20 : 28) + place.key().length;
                byte[] value = Arrays.copyOfRange(contents, valueStart, place.end());
                versions.computeIfAbsent(new String(place.key(), UTF_8), key -> new ArrayList<>())
                        .add(new Version(file, place, value));
            }
        }
    }

    /** Whether the file had records. */
    boolean holdsRecords(String file) {
        return versions.values().stream()
                .flatMap(List::stream)
                .anyMatch(version -> version.file().equals(file));
    }

    /** Whether a record of a value or tombstone was touched. */
    boolean isTouched(String file, long from, long to) {
        Set<Integer> batches = touchedBatches(file, from, to);
        return versions.values().stream()
                .flatMap(List::stream)
                .anyMatch(version -> isTouched(version, file, from, to, batches));
    }

    /** Returns what is left when a range of a file was touched, and whole files were left out. */
    Map<String, byte[]> expected(String file, long from, long to, RepairReport report) {
        Set<Integer> batches = touchedBatches(file, from, to);
        Set<String> lostFiles = new HashSet<>();
        for (RepairReport.LeftOut range : report.leftOut()) {
            String name = range.file().getFileName().toString();
            if (range.from() == 0 && range.to() > 4096 && range.to() >= 64 << 10) {
                lostFiles.add(name);
            }
        }
        Map<String, byte[]> expected = new HashMap<>();
        versions.forEach(
                (key, all) -> {
                    Version newest = null;
                    for (Version version : all) {
                        if (!lostFiles.contains(version.file())
                                && !isTouched(version, file, from, to, batches)
                                && (newest == null
                                        || version.place().sequence()
                                                > newest.place().sequence())) {
                            newest = version;
                        }
                    }
                    if (newest != null && !newest.place().isTombstone()) {
                        expected.put(key, newest.value());
                    }
                });
        return expected;
    }

    private boolean isTouched(
            Version version, String file, long from, long to, Set<Integer> batches) {
        Place place = version.place();
        return version.file().equals(file)
                // With its padding: a record of which that is cut off is not whole.
                && (overlaps(place.offset(), (place.end() + 7) & -8, from, to)
                        || batches.contains(place.batchEnd()));
    }

    /** The ends of batches of which a byte was touched. */
    private Set<Integer> touchedBatches(String file, long from, long to) {
        Set<Integer> ends = new HashSet<>();
        byte[] contents = files.get(file);
        if (file.endsWith(".kvs") && contents.length > 4096) {
            for (Place place : SegmentRecords.of(contents)) {
                if (place.isBatch() && overlaps(place.offset(), place.end(), from, to)) {
                    ends.add((place.end() + 7) & -8);
                }
            }
        }
        return ends;
    }

    private static boolean overlaps(long a, long aEnd, long b, long bEnd) {
        return a < bEnd && b < aEnd;
    }
}
