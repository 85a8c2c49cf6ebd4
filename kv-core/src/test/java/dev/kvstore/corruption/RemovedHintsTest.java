package dev.kvstore.corruption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Hints and index can be removed, also where a recovery has ended the log in between, and hints can
 * be longer than what they say.
 */
class RemovedHintsTest {

    private static final int BEFORE_THE_KILL = 20;

    /** So few that no mark says how far the log had been durable. */
    private static final int AFTER_IT = 5;

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @Test
    void afterAKillAndAProperClose() throws IOException {
        fillWithAKill();
        stores.close();
        removeHintsAndIndex(stores.directory());

        assertAllIsThere(stores.reopen());
    }

    @Test
    void afterTwoKills() throws IOException {
        fillWithAKill();
        Path killed = stores.beside("killed");
        StoreFiles.copyAtRest(stores.directory(), killed);
        removeHintsAndIndex(killed);

        assertAllIsThere(stores.openBeside("killed"));
    }

    /** Of a length at which a page has less than a number left. */
    @Test
    void whatIsBehindAHintMeansNothing() throws IOException {
        fillWithAKill();
        Path killed = stores.beside("killed");
        StoreFiles.copyAtRest(stores.directory(), killed);
        Path hint = killed.resolve("segment-00000000.hint");
        Files.write(hint, Arrays.copyOf(Files.readAllBytes(hint), 4096 + 3));
        Files.delete(killed.resolve(SampleStore.INDEX));

        assertAllIsThere(stores.openBeside("killed"));
    }

    private void fillWithAKill() {
        set(stores.open(), 0, BEFORE_THE_KILL);
        set(stores.reopenAsIfKilled(), BEFORE_THE_KILL, BEFORE_THE_KILL + AFTER_IT);
    }

    private static void set(KeyValueStore store, int from, int to) {
        for (int i = from; i < to; i++) {
            store.set("key" + i, "value" + i);
        }
    }

    private static void assertAllIsThere(KeyValueStore store) {
        assertThat(store.stats().recovery().cutBytes()).isZero();
        for (int i = 0; i < BEFORE_THE_KILL + AFTER_IT; i++) {
            assertThat(store.get("key" + i)).isEqualTo("value" + i);
        }
    }

    private static void removeHintsAndIndex(Path directory) throws IOException {
        List<Path> removed;
        try (Stream<Path> files = Files.list(directory)) {
            removed =
                    files.filter(
                                    file ->
                                            file.toString().endsWith(".hint")
                                                    || file.endsWith(SampleStore.INDEX))
                            .toList();
        }
        assertThat(removed).hasSizeGreaterThan(1);
        for (Path file : removed) {
            Files.delete(file);
        }
    }
}
