package dev.kvstore.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stores that were written once and for all are opened, hold what they held, and can be used. */
class GoldenFileTest {

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @ParameterizedTest
    @CsvSource({"v1, closed, true", "v1, killed, false"})
    void aStoredStoreIsReadAndWritten(String version, String name, boolean clean)
            throws IOException {
        List<String> contents = contents(version, name);
        unpack(version, name, stores.directory());

        KeyValueStore store = stores.open();

        assertThat(store.stats().recovery().clean()).isEqualTo(clean);
        assertThat(store.stats().recovery().created()).isFalse();
        assertThat(store.stats().recovery().cutBytes()).isZero();
        assertThat(GoldenStores.list(store)).isEqualTo(contents);
        StoreExtension.assertSound(store);

        store.set("new", "new");
        assertThat(store.delete("large")).isTrue();
        store.compact();
        StoreExtension.assertSound(store);
        assertThat(stores.reopen().get("new")).isEqualTo("new");
        assertThat(stores.reopen().delete("new")).isTrue();
        assertThat(GoldenStores.list(stores.reopen()))
                .isEqualTo(contents.stream().filter(line -> !line.startsWith("large\t")).toList());
    }

    @ParameterizedTest
    @CsvSource({"v1, closed", "v1, killed"})
    void aStoredStoreIsReadReadOnlyBackedUpAndRepaired(String version, String name)
            throws IOException {
        List<String> contents = contents(version, name);
        unpack(version, name, stores.directory());
        KeyValueStore store = stores.open(StoreOptions.defaults().withReadOnly(true));

        assertThat(GoldenStores.list(store)).isEqualTo(contents);
        StoreExtension.assertSound(store);
        store.backup(stores.beside("backup"));
        KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        assertThat(GoldenStores.list(stores.openBeside("backup"))).isEqualTo(contents);
        assertThat(GoldenStores.list(stores.openBeside("repaired"))).isEqualTo(contents);
    }

    private static List<String> contents(String version, String name) throws IOException {
        try (InputStream in = resource(version, name + ".txt")) {
            List<String> lines = new String(in.readAllBytes(), UTF_8).lines().toList();
            assertThat(lines).hasSizeGreaterThan(300);
            return lines;
        }
    }

    private static void unpack(String version, String name, Path directory) throws IOException {
        Files.createDirectory(directory);
        try (InputStream in = resource(version, name + ".zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            ZipEntry entry = zip.getNextEntry();
            while (entry != null) {
                Files.write(directory.resolve(entry.getName()), zip.readAllBytes());
                entry = zip.getNextEntry();
            }
        }
    }

    private static InputStream resource(String version, String file) {
        String name = "/golden/" + version + "/" + file;
        return Objects.requireNonNull(GoldenFileTest.class.getResourceAsStream(name), name);
    }
}
