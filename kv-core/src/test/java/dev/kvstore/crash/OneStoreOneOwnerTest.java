package dev.kvstore.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreLockedException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory has one store at a time, whoever opens it and by whatever name. */
class OneStoreOneOwnerTest {

    @TempDir Path root;

    private Path directory;
    private Path link;

    @BeforeEach
    void link() throws IOException {
        directory = root.toRealPath().resolve("store");
        Files.createDirectory(directory);
        link = Files.createSymbolicLink(root.resolve("link"), directory);
    }

    @Test
    void aSymbolicLinkLeadsToTheSameStore() {
        try (KeyValueStore store = KeyValueStore.open(directory)) {
            store.set("k", "v");
            assertLocked(link, true);
            assertLocked(root.resolve("x/../link/."), true);
        }
        try (KeyValueStore store = KeyValueStore.open(link)) {
            assertThat(store.get("k")).isEqualTo("v");
            assertLocked(directory, true);
        }
    }

    @Test
    void anotherProcessKeepsTheStoreUntilItIsKilled() throws Exception {
        VictimOptions options =
                new VictimOptions(
                        link, false, 64 << 10, Durability.OS, VictimOptions.Compaction.NEVER, 0);
        try (VictimProcess victim = new VictimProcess(options, new int[1])) {
            victim.awaitLine(Victim.OPEN, 1);
            victim.awaitAcknowledged(10);
            assertLocked(directory, false);
            assertLocked(link, false);
            assertThatExceptionOfType(StoreLockedException.class)
                    .isThrownBy(() -> KeyValueStore.open(directory))
                    .satisfies(locked -> assertThat(locked.ownerPid()).isEqualTo(victim.pid()));
            victim.kill();
        }
        try (KeyValueStore store = KeyValueStore.open(directory)) {
            assertThat(store.size()).isPositive();
        }
    }

    @Test
    void anotherClassLoaderIsTheSameProcess() throws Exception {
        try (URLClassLoader other = new URLClassLoader(classPath(), null)) {
            AutoCloseable theirs = openIn(other, directory);
            assertLocked(link, true);
            theirs.close();

            try (KeyValueStore ours = KeyValueStore.open(directory)) {
                ours.set("k", "v");
                assertThatThrownBy(() -> openIn(other, link))
                        .isNotInstanceOf(StoreLockedException.class)
                        .extracting(thrown -> thrown.getClass().getName())
                        .isEqualTo(StoreLockedException.class.getName());
            }
            openIn(other, link).close();
        }
    }

    @Test
    void aPathThatIsNoDirectoryIsRefused() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "not to be touched");
        Path dangling = Files.createSymbolicLink(root.resolve("dangling"), root.resolve("none"));
        for (Path path : new Path[] {file, file.resolve("below"), dangling}) {
            assertThatExceptionOfType(KeyValueStoreException.class)
                    .isThrownBy(() -> KeyValueStore.open(path))
                    .withMessageContaining(path.toString());
        }
        assertThat(file).hasContent("not to be touched");
        assertThat(root.resolve("none")).doesNotExist();
    }

    private static void assertLocked(Path path, boolean sameProcess) {
        assertThatExceptionOfType(StoreLockedException.class)
                .isThrownBy(() -> KeyValueStore.open(path))
                .satisfies(locked -> assertThat(locked.sameJvm()).isEqualTo(sameProcess));
    }

    private static URL[] classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(OneStoreOneOwnerTest::url)
                .toArray(URL[]::new);
    }

    private static URL url(String entry) {
        try {
            return new File(entry).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    private static AutoCloseable openIn(ClassLoader loader, Path directory) throws Exception {
        Method open = loader.loadClass(KeyValueStore.class.getName()).getMethod("open", Path.class);
        try {
            return (AutoCloseable) open.invoke(null, directory);
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
    }
}
