package dev.kvstore.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Runs the stress tests, each for a moment unless told otherwise, so that they cannot rot; see
 * docs/testing.md for a run that is worth the name.
 */
class StressRunTest {

    private static final long PATIENCE_MINUTES = 120;

    @Test
    void nothingForbiddenIsSeen() throws IOException, InterruptedException {
        assumeTrue(
                Runtime.getRuntime().availableProcessors() >= 2, "jcstress needs two processors");
        Path directory = Files.createDirectories(Path.of(property("kv.stress.directory")));
        File output = directory.resolve("output.txt").toFile();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("org.openjdk.jcstress.Main");
        command.addAll(List.of("-r", directory.toString()));
        command.addAll(List.of(property("kv.stress.options").split(" ")));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(output))
                        .start();
        try {
            assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        String said = Files.readString(output.toPath());
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("Failed tests: No matches", "Error tests: No matches");
        assertThat(said).contains("All remaining tests: 5 matching");
    }

    private static String property(String name) {
        return java.util.Objects.requireNonNull(System.getProperty(name), name);
    }
}
