package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that cannot be a store's is refused with the reason, which the cause tells apart. */
class RefusedDirectoryTest {

    @TempDir Path directory;

    @Test
    void file() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> KeyValueStore.open(file))
                .isExactlyInstanceOf(KeyValueStoreException.class)
                .hasMessageContaining(file + " is not a directory. Choose another path.")
                .hasCauseInstanceOf(NotDirectoryException.class);
    }

    @Test
    void pathBelowFile() throws IOException {
        Path below = Files.createFile(directory.resolve("file")).resolve("below");
        assertThatThrownBy(() -> KeyValueStore.open(below))
                .isExactlyInstanceOf(KeyValueStoreException.class)
                .hasMessageContaining("could not be opened")
                .hasMessageContaining(below.toString());
    }

    @Test
    void noDirectoryToReadOnly() {
        Path nowhere = directory.resolve("nowhere");
        assertThatThrownBy(() -> readOnly(nowhere))
                .isExactlyInstanceOf(KeyValueStoreException.class)
                .hasMessageContaining("there is no " + nowhere + ". Check the path.")
                .hasCauseInstanceOf(NoSuchFileException.class);
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void noStoreToReadOnly() {
        assertThatThrownBy(() -> readOnly(directory))
                .isExactlyInstanceOf(KeyValueStoreException.class)
                .hasMessageContaining("There is no store in " + directory)
                .hasCauseInstanceOf(NoSuchFileException.class);
        assertThat(directory).isEmptyDirectory();
    }

    private static KeyValueStore readOnly(Path path) {
        return KeyValueStore.builder().dataPath(path).readOnly(true).open();
    }
}
