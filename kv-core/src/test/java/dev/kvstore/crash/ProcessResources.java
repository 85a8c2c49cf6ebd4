package dev.kvstore.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the operating system and the JVM say that this process holds of the files in a directory.
 */
final class ProcessResources {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private ProcessResources() {}

    /** Skips a test where the operating system does not tell. */
    static void assumeKnown() {
        assumeTrue(
                DESCRIPTORS.toFile().isDirectory() && MAPPINGS.toFile().exists(),
                "Only Linux says in /proc which files a process holds.");
    }

    /**
     * Fails unless nothing is held any more: descriptors at once, threads when they have ended,
     * mappings, where the JDK cannot release them, when the collector has.
     */
    static void assertNothingHeld(Path directory) throws IOException {
        assertThat(descriptors(directory)).as("descriptors").isEmpty();
        await().pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(threads()).as("threads").isEmpty());
        if (Runtime.version().feature() >= 22) {
            assertThat(mappings(directory)).as("mappings").isEmpty();
            return;
        }
        await().pollInterval(Duration.ofMillis(10))
                .untilAsserted(
                        () -> {
                            System.gc();
                            assertThat(mappings(directory)).as("mappings").isEmpty();
                        });
    }

    /** Returns how many descriptors this process has, of whatever file. */
    static int descriptorCount() {
        String[] names = DESCRIPTORS.toFile().list();
        return names == null ? -1 : names.length;
    }

    private static List<String> descriptors(Path directory) throws IOException {
        List<String> held = new ArrayList<>();
        File[] all = DESCRIPTORS.toFile().listFiles();
        for (File descriptor : all == null ? new File[0] : all) {
            try {
                String target = Files.readSymbolicLink(descriptor.toPath()).toString();
                if (target.startsWith(directory.toString())) {
                    held.add(target);
                }
            } catch (IOException closedMeanwhile) {
                continue;
            }
        }
        return held;
    }

    private static List<String> mappings(Path directory) throws IOException {
        try (Stream<String> lines = Files.lines(MAPPINGS)) {
            return lines.filter(line -> line.contains(directory.toString())).toList();
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("kv-"))
                .toList();
    }
}
