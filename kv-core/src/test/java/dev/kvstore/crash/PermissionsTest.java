package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Directories in which the process may not do what a store needs: it is told so at the open, and
 * nothing is created or changed. Root may do anything, so the process is one of nobody's.
 */
class PermissionsTest {

    private static final String NOBODY = "65534";

    private Path root;

    @BeforeEach
    void makeReachableForEverybody() throws IOException {
        assumeTrue(
                Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix"),
                "There are no permissions to take.");
        root = Files.createTempDirectory("permissions-").toRealPath();
        permit(root, "rwxr-xr-x");
    }

    @AfterEach
    void delete() throws IOException {
        if (root != null) {
            try (Stream<Path> files = Files.list(root)) {
                for (Path file : files.toList()) {
                    permit(file, "rwxr-xr-x");
                }
            }
            StoreFiles.delete(root);
        }
    }

    @Test
    void aDirectoryWithoutRightsIsRefusedAndLeftAsItIs() throws Exception {
        Path store = root.resolve("store");
        StoreContents contents = create(store);
        Path empty = Files.createDirectory(root.resolve("empty"));
        for (String permissions :
                new String[] {"r-xr-xr-x", "r--r--r--", "--x--x--x", "---------"}) {
            permit(store, permissions);
            permit(empty, permissions);
            permit(root, "r-xr-xr-x");
            Map<String, Long> before = files();

            String output = open(store, empty, empty.resolve("below"), root.resolve("new"));

            permit(root, "rwxr-xr-x");
            assertThat(output).as(permissions).contains("exit code 0");
            assertThat(output).contains(Stranger.REFUSED).doesNotContain(Stranger.OPENED);
            assertThat(files()).isEqualTo(before);
        }
        permit(store, "rwx------");
        try (KeyValueStore again = StoreOptions.defaults().toBuilder(store).open()) {
            StoreContents.of(again).assertSameAs(contents);
        }
    }

    private static StoreContents create(Path directory) throws IOException {
        StoreContents contents;
        try (KeyValueStore store = StoreOptions.defaults().toBuilder(directory).open()) {
            fill(store, 0, 100, 1, 1000);
            contents = StoreContents.of(store);
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                permit(file, "---------"); // so that it is nobody's even if that is who made it
            }
        }
        return contents;
    }

    private String open(Path... directories) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY));
            command.add("--clear-groups");
            assumeTrue(
                    JavaProcess.run(with(command, "true")).endsWith("exit code 0"),
                    "Root cannot become somebody else here.");
        }
        List<String> arguments = Stream.of(directories).map(Path::toString).toList();
        command.addAll(JavaProcess.command(readableClasses(), Stranger.class, arguments));
        return JavaProcess.run(command);
    }

    private static List<String> with(List<String> command, String last) {
        List<String> longer = new ArrayList<>(command);
        longer.add(last);
        return longer;
    }

    // The classes may be somewhere below a home directory that is closed to others.
    private String readableClasses() throws IOException {
        Path copy = root.resolve("classes");
        if (!copy.toFile().exists()) {
            permit(root, "rwxr-xr-x");
            for (Class<?> from : new Class<?>[] {KeyValueStore.class, Stranger.class}) {
                copy(
                        Path.of(from.getProtectionDomain().getCodeSource().getLocation().getPath()),
                        copy);
            }
        }
        return copy.toString();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
                permit(target, "rwxr-xr-x");
            }
        }
    }

    /** The sizes of all files, by name. */
    private Map<String, Long> files() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> !f.startsWith(root.resolve("classes"))).toList()) {
                sizes.put(file.toString(), Files.isDirectory(file) ? -1 : Files.size(file));
            }
        }
        return sizes;
    }

    private static void permit(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
