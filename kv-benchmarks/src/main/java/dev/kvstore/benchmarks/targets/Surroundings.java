package dev.kvstore.benchmarks.targets;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** Where and with what a run was made, as settings with names. */
public final class Surroundings {

    private static final String UNKNOWN = "unknown";

    private Surroundings() {}

    /**
     * Finds out.
     *
     * @param directory where the stores' files are
     */
    public static Map<String, String> describe(
            Effort effort, List<Variant> variants, Path directory) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        settings.put("commit", commit());
        settings.put(
                "java",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        settings.put(
                "system",
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"));
        settings.put(
                "machine",
                Runtime.getRuntime().availableProcessors()
                        + " × "
                        + field(Path.of("/proc/cpuinfo"), "model name")
                        + "; memory "
                        + field(Path.of("/proc/meminfo"), "MemTotal"));
        settings.put("file system", fileSystem(directory));
        settings.put(
                "keys",
                effort.keys(Part.WORK)
                        + " of 16 bytes; many keys: "
                        + effort.keys(Part.LARGE)
                        + "; durable puts: "
                        + effort.keys(Part.DURABLE));
        settings.put("values", effort.valueBytes() + " bytes");
        settings.put(
                "rounds",
                effort.rounds(Part.WORK) + ", of slow parts " + effort.rounds(Part.SPACE));
        settings.put(
                "cells",
                effort.cellMillis()
                        + " ms after "
                        + effort.warmupMillis()
                        + " ms of warm-up; latencies "
                        + effort.latencyMillis()
                        + " ms at "
                        + effort.pacedRate()
                        + " operations a second");
        settings.put(
                "heaps",
                variants.stream()
                        .map(variant -> variant.name() + " -Xmx" + variant.heap())
                        .collect(Collectors.joining(", ")));
        versions(variants).forEach(settings::put);
        return settings;
    }

    private static Map<String, String> versions(List<Variant> variants) {
        Properties all = new Properties();
        try (InputStream in = Surroundings.class.getResourceAsStream("peers.properties")) {
            all.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> versions = new LinkedHashMap<>();
        for (Variant variant : variants) {
            String version = all.getProperty(variant.kind().base());
            if (version != null) {
                versions.put(variant.kind().base(), version);
            }
        }
        return versions;
    }

    private static String commit() {
        String head = firstLine("git", "rev-parse", "--short=12", "HEAD");
        String changes = firstLine("git", "status", "--porcelain", "--untracked-files=no");
        boolean clean = changes.isEmpty() || changes.equals(UNKNOWN);
        return clean ? head : head + " and changes";
    }

    private static String fileSystem(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static String field(Path file, String name) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static String firstLine(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = lines.readLine();
                lines.transferTo(Writer.nullWriter());
                boolean failed = process.waitFor() != 0;
                return failed ? UNKNOWN : line == null ? "" : line;
            }
        } catch (IOException e) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
