package dev.kvstore.crash;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvstore.testing.StoreFiles;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A real file system with little room, and a file of somebody else's on it, the ballast, that takes
 * what is left. Nobody but root can mount one; where that fails, the test is skipped.
 */
final class SmallDisk implements AutoCloseable {

    /** Names a directory on a disk of at most some 64 MiB, which is used if one is to be had so. */
    static final String PROPERTY = "kv.test.smallDisk";

    private static final byte[] MEBIBYTE = new byte[1 << 20];
    private static final int BLOCK_BYTES = 4096;
    private static final String BALLAST = "ballast";

    private final Path root;
    private final boolean mounted;
    private final long freeAtFirst;

    private SmallDisk(Path root, boolean mounted) {
        this.root = root;
        this.mounted = mounted;
        this.freeAtFirst = free();
    }

    /** The directory that the property names, else a file system in memory. */
    static SmallDisk givenOrInMemory(int mebibytes) throws IOException {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return new SmallDisk(Path.of(given), false);
        }
        assumeRoot();
        Path root = Files.createTempDirectory("kv-small-disk-");
        return mount(root, "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs");
    }

    /** An ext4 file system in a file. */
    static SmallDisk ext4(int mebibytes) throws IOException {
        assumeRoot();
        Path root = Files.createTempDirectory("kv-small-disk-");
        Path image = root.resolveSibling(root.getFileName() + ".image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) mebibytes << 20);
            // No blocks that only root may use: the test is root, and they would be no room to it.
            String failure = run(List.of("mkfs.ext4", "-q", "-F", "-m", "0", image.toString()));
            assumeTrue(failure == null, () -> "No ext4 to test with: " + failure);
            return mount(root, "-o", "loop", image.toString());
        } finally {
            Files.delete(image); // what is mounted keeps it
        }
    }

    private static void assumeRoot() {
        boolean linux = System.getProperty("os.name").equals("Linux");
        assumeTrue(
                linux && System.getProperty("user.name").equals("root"),
                () -> "Only root on Linux can mount a small disk; -D" + PROPERTY + " names one.");
    }

    private static SmallDisk mount(Path root, String... options) throws IOException {
        String[] command = new String[options.length + 2];
        command[0] = "mount";
        System.arraycopy(options, 0, command, 1, options.length);
        command[command.length - 1] = root.toString();
        String failure = run(Arrays.asList(command));
        if (failure != null) {
            Files.delete(root);
        }
        assumeTrue(failure == null, () -> "No small disk can be mounted: " + failure);
        return new SmallDisk(root, true);
    }

    /** Where the disk is. */
    Path root() {
        return root;
    }

    /** How many bytes are left. */
    long free() {
        return root.toFile().getUsableSpace();
    }

    /** Lets the ballast take all but so many bytes. */
    void leave(long bytes) throws IOException {
        try (RandomAccessFile ballast = new RandomAccessFile(ballast(), "rw")) {
            ballast.seek(ballast.length());
            for (int size = MEBIBYTE.length; size >= BLOCK_BYTES; ) {
                try {
                    ballast.write(MEBIBYTE, 0, size);
                } catch (IOException full) {
                    size /= 2;
                }
            }
            ballast.getFD().sync();
            ballast.setLength(Math.max(0, ballast.length() - bytes));
            ballast.getFD().sync();
        }
    }

    /** Takes the ballast away. */
    void makeRoom() throws IOException {
        Files.deleteIfExists(ballast().toPath());
    }

    /** Gives the disk up, or, if it was given, leaves it as empty as it was. */
    @Override
    public void close() throws IOException {
        if (mounted) {
            // Mappings may be left until the collector runs; the disk goes when they do.
            String failure = run(List.of("umount", "--lazy", root.toString()));
            if (failure != null) {
                throw new IOException(failure);
            }
            Files.delete(root);
        } else {
            clear();
        }
    }

    private void clear() throws IOException {
        makeRoom();
        File[] left = root.toFile().listFiles(File::isDirectory);
        for (File directory : left == null ? new File[0] : left) {
            if (!directory.getName().equals("lost+found")) {
                StoreFiles.delete(directory.toPath());
            }
        }
        // Before JDK 22 the collector gives mappings up, and with them the room of deleted files.
        await().until(
                        () -> {
                            System.gc();
                            return free() >= freeAtFirst - (1 << 20);
                        });
    }

    private File ballast() {
        return root.resolve(BALLAST).toFile();
    }

    private static @Nullable String run(List<String> command) throws IOException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            boolean ended = process.waitFor(60, SECONDS);
            return ended && process.exitValue() == 0 ? null : command + ": " + output;
        } catch (IOException noSuchCommand) {
            return command + ": " + noSuchCommand.getMessage();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
