package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a user reads when the application does not start because of its store. */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTest {

    @TempDir Path directory;

    @Test
    void missingDataPath(CapturedOutput output) {
        assertThatException().isThrownBy(() -> start());
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("needs a directory for its files, and 'kv.data-path' is not set")
                .contains("Set 'kv.data-path' in the application's configuration");
    }

    @Test
    void badValueOfPropertyWithItsOrigin(CapturedOutput output) throws IOException {
        Path yaml =
                Files.writeString(
                        directory.resolve("application.yml"),
                        "kv:\n  data-path: data\n  compaction:\n    garbage-ratio: 1.5\n");
        assertThatException().isThrownBy(() -> start("--spring.config.location=" + yaml));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value '1.5' for configuration property")
                .contains("'kv.compaction.garbage-ratio'")
                .contains("application.yml] - 4:20")
                .contains("must be from 0.05 to 0.95");
    }

    @Test
    void valueOfPropertyThatCannotBeRead(CapturedOutput output) {
        assertThatException().isThrownBy(() -> start(dataPath(), "--kv.durability=always"));
        assertThat(output)
                .contains("Failed to bind properties under 'kv.durability'")
                .contains("Property: kv.durability")
                .contains("INTERVAL", "OS", "SYNC");
    }

    @Test
    void storeIsOpenInTheSameProcess(CapturedOutput output) {
        try (KeyValueStore store = KeyValueStore.open(directory)) {
            store.set("key", "value");
            assertThatException().isThrownBy(() -> start(dataPath()));
        }
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(directory.toString())
                .contains("This very process has the store open already");
    }

    @Test
    void storeIsOpenInAnotherProcess() {
        StoreLockedException failure =
                new StoreLockedException("Locked by 4711.", directory, 4711, null, false);
        FailureAnalysis analysis = new StoreLockedFailureAnalyzer().analyze(failure);
        assertThat(analysis.getDescription()).isEqualTo("Locked by 4711.");
        assertThat(analysis.getAction()).contains("Stop process 4711").contains("'kv.data-path'");
    }

    @Test
    void storeIsOpenInAnUnknownProcess() {
        StoreLockedException failure =
                new StoreLockedException("Locked.", directory, -1, null, false);
        FailureAnalysis analysis = new StoreLockedFailureAnalyzer().analyze(failure);
        assertThat(analysis.getAction()).contains("Stop the other process");
    }

    @Test
    void storeIsCorrupted(CapturedOutput output) throws IOException {
        KeyValueStore.open(directory).close();
        Path file = directory.resolve("store.kv");
        Files.write(file, new byte[(int) Files.size(file)]);
        assertThatException().isThrownBy(() -> start(dataPath()));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(file.toString())
                .contains("Restore the store from a backup, or salvage it")
                .contains("Copy the whole directory before you change anything in it");
    }

    @Test
    void storeOpenedByTheApplicationIsCorrupted(CapturedOutput output) {
        assertThatException()
                .isThrownBy(() -> start(OpensCorruptedStore.class, "--kv.enabled=false"));
        assertThat(output).contains("APPLICATION FAILED TO START").contains("Run repair.");
    }

    @Test
    void directoryCannotBeUsed(CapturedOutput output) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatException().isThrownBy(() -> start("--kv.data-path=" + file));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("could not be opened")
                .contains(file.toString())
                .contains("Make sure that this process may read and write the directory");
    }

    @Test
    void twoStoresHaveOneDirectory(CapturedOutput output) {
        assertThatException()
                .isThrownBy(() -> start(dataPath(), "--kv.stores.orders.data-path=" + directory));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("'kv.data-path' and 'kv.stores.orders.data-path' both lead to")
                .contains(directory.toString())
                .contains("Set 'kv.stores.orders.data-path' to a directory of its own");
    }

    @Test
    void nameOfStoreIsBad(CapturedOutput output) throws IOException {
        Path yaml =
                Files.writeString(
                        directory.resolve("application.yml"),
                        "kv:\n  stores:\n    '[../up]':\n      durability: os\n");
        assertThatException().isThrownBy(() -> start("--spring.config.location=" + yaml));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The name '../up' of a key-value store")
                .contains("'kv.stores[../up].durability'")
                .contains("application.yml] - 4:19")
                .contains("Give the store another name.");
    }

    @Test
    void storeToReadDoesNotExist(CapturedOutput output) {
        Path nowhere = directory.resolve("nowhere");
        assertThatException()
                .isThrownBy(() -> start("--kv.data-path=" + nowhere, "--kv.read-only=true"));
        assertThat(output).contains("APPLICATION FAILED TO START").contains(nowhere.toString());
        assertThat(nowhere).doesNotExist();
    }

    // What the store throws later is the application's to explain, stack trace included.
    @Test
    void failureAfterOpeningIsNotTakenForFailureToOpen(CapturedOutput output) {
        assertThatException().isThrownBy(() -> start(FillsTheDisk.class, dataPath()));
        assertThat(output)
                .doesNotContain("APPLICATION FAILED TO START")
                .contains("StoreFullException: No room.");
    }

    private String dataPath() {
        return "--kv.data-path=" + directory;
    }

    private static void start(String... arguments) {
        start(Application.class, arguments);
    }

    private static void start(Class<?> application, String... arguments) {
        new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .build()
                .run(arguments)
                .close();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(KeyValueStoreAutoConfiguration.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    static class OpensCorruptedStore {

        @Bean
        KeyValueStore store() {
            throw new StoreCorruptedException("Run repair.", Path.of("/data/kv/1.kvs"), 4096, null);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(KeyValueStoreAutoConfiguration.class)
    static class FillsTheDisk {

        @Bean
        Object writer(KeyValueStore store) {
            throw new StoreFullException("No room.", null);
        }
    }
}
