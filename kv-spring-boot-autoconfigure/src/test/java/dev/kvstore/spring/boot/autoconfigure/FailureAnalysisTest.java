package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreLockedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

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
        startWithYaml("kv:\n  data-path: data\n  compaction:\n    garbage-ratio: 1.5\n");
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value '1.5' for configuration property")
                .contains("'kv.compaction.garbage-ratio'")
                .contains("application.yml] - 4:20")
                .contains("must be from 0.05 to 0.95");
    }

    @ParameterizedTest
    @CsvSource({
        "segmentSize, 1B, must be from 65536",
        "max_key_size, 1MB, must be from 1 to 65535",
        "forceInterval, 0s, must be from PT0.001S",
        "index-path, http://example.org/index, cannot be resolved to absolute file path",
    })
    void badValueIsFoundHoweverThePropertyIsWritten(
            String property, String value, String reason, CapturedOutput output)
            throws IOException {
        startWithYaml("kv:\n  data-path: data\n  %s: %s\n".formatted(property, value));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value '")
                .contains("application.yml] - 3:%d".formatted(property.length() + 5))
                .contains(reason);
    }

    @Test
    void badValueOfNamedStoreIsFoundWhereItComesFrom() {
        FailureAnalysis analysis =
                new InvalidStorePropertyFailureAnalyzer(environment("kv.segment-size", "1B"))
                        .analyze(
                                new InvalidConfigurationPropertyValueException(
                                        "kv.stores.carts.segment-size", "1B", "Too small."));
        assertThat(analysis.getDescription())
                .contains("'kv.segment-size' (originating from")
                .contains("Too small.");
    }

    @Test
    void badValueOfOtherPropertyIsLeftToOthers() {
        FailureAnalysis analysis =
                new InvalidStorePropertyFailureAnalyzer(environment("my.size", "1B"))
                        .analyze(
                                new InvalidConfigurationPropertyValueException(
                                        "my.size", "1B", "Too small."));
        assertThat(analysis).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "durability, always, SYNC",
        "segment-size, 10XB, Unknown data unit suffix 'XB'",
        "free-disk-floor, plenty, plenty",
        "force-interval, soon, soon",
        "read-only, perhaps, perhaps",
    })
    void valueOfPropertyThatCannotBeRead(
            String property, String value, String reason, CapturedOutput output)
            throws IOException {
        startWithYaml("kv:\n  data-path: data\n  %s: %s\n".formatted(property, value));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Failed to bind properties under 'kv." + property)
                .contains("Property: kv." + property)
                .contains("application.yml] - 3:%d".formatted(property.length() + 5))
                .contains(reason);
    }

    @Test
    void storeIsOpenInTheSameProcess(CapturedOutput output) throws IOException {
        try (KeyValueStore store = KeyValueStore.open(directory.resolve("store"))) {
            store.set("key", "value");
            startWithYaml("kv:\n  data-path: %s\n".formatted(directory.resolve("store")));
        }
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(directory.toString())
                .contains("another store of this process")
                .contains("Property: kv.data-path")
                .contains("Value: \"%s\"".formatted(directory.resolve("store")))
                .contains("application.yml] - 2:14")
                .contains("This very process has the store open already");
    }

    @Test
    void storeIsOpenInAnotherProcess() {
        ProcessHandle other = ProcessHandle.current().parent().orElseThrow();
        FailureAnalysis analysis = analyzeLock(other.pid());
        assertThat(analysis.getDescription()).startsWith("Locked.");
        assertThat(analysis.getAction())
                .contains("Stop process " + other.pid())
                .contains(other.info().command().orElse(""))
                .contains("'kv.data-path'");
    }

    @Test
    void storeIsOpenInAnUnknownProcess() {
        assertThat(analyzeLock(-1).getAction()).contains("Stop the other process");
    }

    // Two containers on one volume, each of which runs its application as process 1.
    @Test
    void storeIsOpenInAnotherContainer() {
        assertThat(analyzeLock(ProcessHandle.current().pid()).getAction())
                .contains("The process is not one of this machine")
                .contains("'kv.data-path'");
        assertThat(analyzeLock(Long.MAX_VALUE).getAction())
                .contains("The process is not one of this machine");
    }

    private FailureAnalysis analyzeLock(long pid) {
        return analyzer().analyze(new StoreLockedException("Locked.", directory, pid, null, false));
    }

    @Test
    void storeOfLaterRelease(CapturedOutput output) throws IOException {
        KeyValueStore.open(directory).close();
        Path file = directory.resolve("store.kv");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        for (int copy : new int[] {0, 2048}) {
            bytes.putInt(copy + 8, 7); // format.md says where
            CRC32C checksum = new CRC32C();
            checksum.update(bytes.array(), copy, 72);
            bytes.putInt(copy + 72, (int) checksum.getValue());
        }
        Files.write(file, bytes.array());
        assertThatException().isThrownBy(() -> start(dataPath()));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(file + " has format version 7, and this release reads version 1")
                .contains("\"kv.data-path\" from property source \"commandLineArgs\"")
                .contains("Use a release of kvstore that reads format version 7")
                .doesNotContain("KeyValueStore.repair");
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
                .contains("Copy the whole directory before you change anything in it")
                .contains("dev.kvstore.KeyValueStore.repair(")
                .contains("Path.of(\"%1$s\"), Path.of(\"%1$s-repaired\")".formatted(directory))
                .contains("Property: kv.data-path");
    }

    @Test
    void damageThatRepairDoesNotHelpIsLeftToTheDescription() {
        String action =
                analyzer()
                        .analyze(
                                new StoreCorruptedException(
                                        "Remove the file.", Path.of("index.kvi"), 1, null))
                        .getAction();
        assertThat(action)
                .contains("Copy the whole directory")
                .contains("do what the description says")
                .doesNotContain("repair");
    }

    @Test
    void storeOpenedByTheApplicationIsCorrupted(CapturedOutput output) {
        assertThatException()
                .isThrownBy(() -> start(OpensCorruptedStore.class, "--kv.enabled=false"));
        assertThat(output).contains("APPLICATION FAILED TO START").contains("Run repair.");
    }

    @Test
    void fileInsteadOfDirectory(CapturedOutput output) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        startWithYaml("kv:\n  data-path: %s\n".formatted(file));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(file + " is not a directory")
                .contains("Property: kv.data-path")
                .contains("application.yml] - 2:14")
                .contains("Set 'kv.data-path' to a directory, or to the name of a new one");
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
    void indexPathIsShownToo(CapturedOutput output) throws IOException {
        startWithYaml(
                "kv:\n  data-path: %s\n  indexPath: /\n".formatted(directory.resolve("store")));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The index path / names no file")
                .contains("Property: kv.index-path")
                .contains("application.yml] - 3:14");
    }

    @Test
    void directoryWithoutRights() {
        FailureAnalysis analysis =
                analyzeOpening(
                        new KeyValueStoreException("No.", new AccessDeniedException("/data")));
        assertThat(analysis.getAction())
                .contains("Let the user '%s'".formatted(System.getProperty("user.name")))
                .contains("'kv.stores.carts.data-path'");
    }

    @Test
    void fileSystemThatIsReadOnly() {
        FailureAnalysis analysis =
                analyzeOpening(
                        new KeyValueStoreException(
                                "No.",
                                new FileSystemException("/data", null, "Read-only file system")));
        assertThat(analysis.getAction())
                .contains("Make the file system writable")
                .contains("'kv.stores.carts.read-only' is 'true'");
    }

    @Test
    void otherTroubleWithTheDirectory() {
        FailureAnalysis analysis =
                analyzeOpening(new KeyValueStoreException("No.", new IOException("Broken.")));
        assertThat(analysis.getAction()).contains("Make sure that this process may read and write");
    }

    @Test
    void noRoom() {
        FailureAnalysis analysis = analyzeOpening(new StoreFullException("No room.", null));
        assertThat(analysis.getDescription())
                .startsWith("No room.")
                .contains("Property: kv.free-disk-floor")
                .contains("Origin: \"kv.free-disk-floor\" from property source");
        assertThat(analysis.getAction())
                .contains("Make room on the disk")
                .contains("'kv.stores.carts.free-disk-floor'");
    }

    @Test
    void storeToReadDoesNotExist(CapturedOutput output) throws IOException {
        Path nowhere = directory.resolve("nowhere");
        startWithYaml("kv:\n  data-path: %s\n  read-only: true\n".formatted(nowhere));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("there is no " + nowhere)
                .contains("application.yml] - 2:14")
                .contains("application.yml] - 3:14")
                .contains("'kv.read-only' to 'false' to have a new store made");
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

    /** Of a named store, which has one property from those for all. */
    private static FailureAnalysis analyzeOpening(KeyValueStoreException failure) {
        return new KeyValueStoreFailureAnalyzer(environment("kv.free-disk-floor", "1TB"))
                .analyze(new StoreOpeningException("kv.stores.carts", failure));
    }

    private static KeyValueStoreFailureAnalyzer analyzer() {
        return new KeyValueStoreFailureAnalyzer(new StandardEnvironment());
    }

    private static Environment environment(String property, String value) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of(property, value)));
        return environment;
    }

    private void startWithYaml(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("application.yml"), yaml);
        assertThatException().isThrownBy(() -> start("--spring.config.location=" + file));
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
