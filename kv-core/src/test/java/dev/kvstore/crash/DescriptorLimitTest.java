package dev.kvstore.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process without a descriptor left: its stores say so, harm nothing, and get over it. */
class DescriptorLimitTest {

    @TempDir Path root;

    @BeforeEach
    void needsToKnow() {
        ProcessResources.assumeKnown();
    }

    @Test
    void aStoreGetsOverALackOfDescriptors() throws Exception {
        String output = run(true);

        assertThat(output).contains("descriptors taken", DescriptorVictim.DONE, "exit code 0");
        assertThat(output).contains("Exception: ");
    }

    @Test
    void nobodyWaitsForAThreadThatCouldNotEvenLog() throws Exception {
        assertThat(run(false)).contains("Exception: ", DescriptorVictim.DONE);
    }

    private String run(boolean logging) throws IOException, InterruptedException {
        String classes =
                KeyValueStore.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "ulimit -n 48; exec \"$@\"", "sh"));
        command.addAll(
                JavaProcess.command(
                        System.getProperty("java.class.path"),
                        DescriptorVictim.class,
                        List.of(root.toString(), classes, "" + logging)));
        return JavaProcess.run(command);
    }
}
