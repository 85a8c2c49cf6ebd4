package dev.kvstore.internal.storage;

import dev.kvstore.StoreLockedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operating system's lock on a file, plus a register of this JVM. Both are needed: on POSIX,
 * closing <em>any</em> channel of a file drops the process's lock on it, so a second store of this
 * process must be turned away before it opens the file. The register is among the system properties
 * because those are the same for every class loader.
 *
 * <p>The lock goes with the process, so one left by a crash does not block. The file stays, and
 * names the last owner for the message to whoever comes too late.
 */
final class FileSystemLock {

    /** A process id and a time, and blanks. */
    private static final int OWNER_BYTES = 64;

    private static final String REGISTER_PREFIX = "dev.kvstore.lock.";

    /** Shared locks of this class loader by path, so that readers of one JVM share one channel. */
    private static final Map<Path, FileSystemLock> SHARED = new HashMap<>();

    private final Path file;
    private final boolean shared;
    private final @Nullable FileChannel channel;
    private int holders = 1;

    private FileSystemLock(Path file, boolean shared, @Nullable FileChannel channel) {
        this.file = file;
        this.shared = shared;
        this.channel = channel;
    }

    static StorageLock acquire(Path file, boolean shared) throws IOException {
        synchronized (SHARED) {
            FileSystemLock held = SHARED.get(file);
            if (shared && held != null) {
                held.holders++;
                return new Holder(held);
            }
            String owner = ProcessHandle.current().pid() + " " + Instant.now();
            Object other = System.getProperties().putIfAbsent(REGISTER_PREFIX + file, owner);
            if (other != null) {
                throw lockedBy(file, other.toString(), true);
            }
            boolean acquired = false;
            try {
                FileSystemLock lock =
                        new FileSystemLock(file, shared, lockChannel(file, shared, owner));
                if (shared) {
                    SHARED.put(file, lock);
                }
                acquired = true;
                return new Holder(lock);
            } finally {
                if (!acquired) {
                    System.getProperties().remove(REGISTER_PREFIX + file);
                }
            }
        }
    }

    private void release() {
        synchronized (SHARED) {
            if (--holders > 0) {
                return;
            }
            if (shared) {
                SHARED.remove(file);
            }
            try {
                if (channel != null) {
                    channel.close(); // releases the lock
                }
            } catch (IOException e) {
                System.getLogger(FileSystemLock.class.getName())
                        .log(System.Logger.Level.WARNING, "Could not close " + file + ".", e);
            } finally {
                System.getProperties().remove(REGISTER_PREFIX + file);
            }
        }
    }

    private static @Nullable FileChannel lockChannel(Path file, boolean shared, String owner)
            throws IOException {
        FileChannel channel;
        try {
            channel =
                    shared
                            ? FileChannel.open(file, StandardOpenOption.READ)
                            : FileChannel.open(
                                    file,
                                    Set.of(
                                            StandardOpenOption.CREATE,
                                            StandardOpenOption.READ,
                                            StandardOpenOption.WRITE),
                                    DiskStorage.privateFile());
        } catch (NoSuchFileException e) {
            return null; // for reading only: nobody has ever opened this store to write
        }
        try {
            FileLock lock = tryLock(channel, file, shared);
            if (lock == null) {
                throw lockedBy(file, read(channel), false);
            }
            if (!shared) {
                channel.write(ByteBuffer.wrap(padded(owner)), 0);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel, Path file, boolean shared)
            throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            return null;
        } catch (IOException e) {
            throw new IOException(
                    "The file system of "
                            + file
                            + " does not support locks ("
                            + e.getMessage()
                            + "); keep the store on a local file system.",
                    e);
        }
    }

    /** Always of one length: to truncate what the last owner wrote takes a millisecond. */
    private static byte[] padded(String owner) {
        byte[] bytes = new byte[OWNER_BYTES];
        Arrays.fill(bytes, (byte) ' ');
        byte[] text = owner.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bytes, 0, text.length);
        return bytes;
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(OWNER_BYTES);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    }

    private static StoreLockedException lockedBy(Path file, String owner, boolean sameJvm) {
        String[] parts = owner.split(" ");
        long pid = -1;
        Instant since = null;
        try {
            pid = Long.parseLong(parts[0]);
            since = Instant.parse(parts[parts.length - 1]);
        } catch (NumberFormatException | DateTimeException e) {
            // The owner has the lock and has not yet written who it is.
        }
        Path directory = file.getParent();
        String who =
                sameJvm
                        ? "another store of this process (pid " + pid + ")"
                        : pid < 0 ? "another process" : "process " + pid;
        String message =
                "The store in "
                        + directory
                        + " is open already: "
                        + who
                        + " has had it since "
                        + (since == null ? "an unknown time" : since)
                        + ". Close that one first, or give this one a directory of its own.";
        return new StoreLockedException(
                message, directory == null ? file : directory, pid, since, sameJvm);
    }

    /** One user of a lock that may be shared. */
    private static final class Holder implements StorageLock {

        private @Nullable FileSystemLock lock;

        Holder(FileSystemLock lock) {
            this.lock = lock;
        }

        @Override
        public synchronized void close() {
            FileSystemLock held = lock;
            lock = null;
            if (held != null) {
                held.release();
            }
        }
    }
}
