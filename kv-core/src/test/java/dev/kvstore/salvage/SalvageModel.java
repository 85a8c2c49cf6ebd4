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
 * touched as a whole. Knows the records from the files as they were before the damage, and takes
 * one for touched if any byte of it is another now: damage may write what was there, or meet
 * nothing but the padding, which no checksum covers.
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

    /** Whether a record of a value or tombstone was touched; no bytes are those of no file. */
    boolean isTouched(String file, byte[] damaged) {
        Set<Integer> batches = touchedBatches(file, damaged);
        return versions.values().stream()
                .flatMap(List::stream)
                .anyMatch(version -> isTouched(version, file, damaged, batches));
    }

    /** Returns what is left when a file was damaged, and whole files were left out. */
    Map<String, byte[]> expected(String file, byte[] damaged, RepairReport report) {
        Set<Integer> batches = touchedBatches(file, damaged);
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
                                && !isTouched(version, file, damaged, batches)
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

    private boolean isTouched(Version version, String file, byte[] damaged, Set<Integer> batches) {
        return version.file().equals(file)
                && (isTouched(version.place(), file, damaged)
                        || batches.contains(version.place().batchEnd()));
    }

    /** The ends of batches of which a byte was touched. */
    private Set<Integer> touchedBatches(String file, byte[] damaged) {
        Set<Integer> ends = new HashSet<>();
        byte[] contents = files.get(file);
        if (file.endsWith(".kvs") && contents.length > 4096) {
            for (Place place : SegmentRecords.of(contents)) {
                if (place.isBatch() && isTouched(place, file, damaged)) {
                    ends.add(padded(place));
                }
            }
        }
        return ends;
    }

    private boolean isTouched(Place place, String file, byte[] damaged) {
        // A record of which the padding is cut off is not whole.
        return padded(place) > damaged.length
                || !Arrays.equals(
                        files.get(file),
                        place.offset(),
                        place.end(),
                        damaged,
                        place.offset(),
                        place.end());
    }

    private static int padded(Place place) {
        return (place.end() + 7) & -8;
    }
}
