package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

/**
 * An application that is processed ahead of time, as for a native image, and then run on the JVM.
 * Where it is processed nothing is known of its stores.
 */
class AheadOfTimeTest {

    @TempDir static Path generated;

    @TempDir Path directory;

    @BeforeAll
    static void processAheadOfTime() throws IOException {
        new SpringApplicationAotProcessor(
                        ProcessedApplication.class,
                        Settings.builder()
                                .sourceOutput(generated.resolve("sources"))
                                .classOutput(generated.resolve("classes"))
                                .resourceOutput(generated.resolve("classes"))
                                .groupId("dev.kvstore")
                                .artifactId("application")
                                .build(),
                        new String[0])
                .process();
        compile(generated.resolve("sources"), generated.resolve("classes"));
    }

    @Test
    void storesAreThoseOfTheConfigurationWhereItRuns() throws IOException, InterruptedException {
        String output =
                run(
                        "--kv.data-path=" + directory,
                        "--kv.durability=os",
                        "--kv.stores.orders.data-path=" + directory.resolve("other"),
                        "--kv.stores.carts.compaction.enabled=false");
        assertThat(output)
                .contains("Starting AOT-processed")
                .contains("names [carts, keyValueStore, orders]")
                .contains("default " + directory + " OS")
                .contains("orders " + directory.resolve("other") + " OS")
                .endsWith("exit code 0");
        // Nothing generated knows of these beans, yet they are closed, and after the one that uses
        // them.
        assertThat(read(directory)).isEqualTo("written");
        assertThat(read(directory.resolve("other"))).isEqualTo("written");
        assertThat(read(directory.resolve("stores/carts"))).isEqualTo("written");
    }

    @Test
    void failureNamesTheProperty() throws IOException, InterruptedException {
        assertThat(run("--kv.stores.orders.segment-size=1B", "--kv.data-path=" + directory))
                .contains("APPLICATION FAILED TO START")
                .contains("'kv.stores.orders.segment-size'");
        assertThat(run("--kv.stores.orders.segment-size=64KB"))
                .contains("'kv.stores.orders.data-path' is not set");
    }

    // A native image has only what is listed: these are made and read by reflection.
    @Test
    void hintsCoverPropertiesOfNamedStores() throws IOException {
        assertThat(metadata())
                .contains(KeyValueStoreProperties.class.getName())
                .contains(KeyValueStoreProperties.Compaction.class.getName())
                .contains(KeyValueStoreProperties.Store.class.getName())
                .contains(KeyValueStoreProperties.Store.Compaction.class.getName());
    }

    private static String metadata() throws IOException {
        try (Stream<Path> files = Files.walk(generated.resolve("classes"))) {
            Path file =
                    files.filter(path -> path.endsWith("reachability-metadata.json"))
                            .findFirst()
                            .orElseThrow();
            return Files.readString(file);
        }
    }

    private static String run(String... arguments) throws IOException, InterruptedException {
        // DevTools is on the class path for another test, and would restart into other classes.
        return JavaProcess.run(
                List.of("-Dspring.aot.enabled=true", "-Dspring.devtools.restart.enabled=false"),
                List.of(generated.resolve("classes")),
                ProcessedApplication.class,
                arguments);
    }

    private static String read(Path path) {
        try (KeyValueStore store = KeyValueStore.open(path)) {
            return store.get("destroyed");
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Stream<Path> files = Files.walk(sources);
                StandardJavaFileManager manager =
                        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<Path> units = files.filter(file -> file.toString().endsWith(".java")).toList();
            List<String> options = new ArrayList<>(List.of("-proc:none", "-nowarn"));
            options.addAll(List.of("-d", classes.toString()));
            String classPath =
                    classes
                            + System.getProperty("path.separator")
                            + System.getProperty("java.class.path");
            options.addAll(List.of("-cp", classPath));
            boolean compiled =
                    compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    options,
                                    null,
                                    manager.getJavaFileObjectsFromPaths(units))
                            .call();
            assertThat(compiled).as("whether what was generated compiles").isTrue();
        }
    }
}
