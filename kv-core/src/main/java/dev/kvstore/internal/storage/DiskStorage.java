package dev.kvstore.internal.storage;

import dev.kvstore.StoreTargetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory of the real file system. Files have mode 0600 and directories 0700 on POSIX. */
public final class DiskStorage implements Storage {

    /**
     * In what pieces the system is to keep a file in memory. A store into a mapping makes a whole
     * piece dirty, and whatever forces a byte of it writes all of it. Linux takes a piece as it is
     * when it is first written ("large folios", on ext4 since 6.16); other systems need not care.
     */
    public enum Pieces {
        /** For files of which little is forced at a time. */
        SMALL(16 << 10),
        /**
         * For files that are forced as a whole, if at all. One page fault does for all of a piece,
         * instead of one for each 4 KiB, and so does one entry of the processor's table of pages.
         */
        LARGE(2 << 20);

        private final int sizeBytes;

        Pieces(int sizeBytes) {
            this.sizeBytes = sizeBytes;
        }
    }

    private final Path directory;
    private final Pieces pieces;
    private volatile @Nullable ByteBuffer zeros; // as large as a piece, once it is needed
    private final Set<MappedRegion> mapped = ConcurrentHashMap.newKeySet();
    private final Set<StorageLock> locks = ConcurrentHashMap.newKeySet();

    private DiskStorage(Path directory, Pieces pieces) {
        this.directory = directory;
        this.pieces = pieces;
    }

    /** Opens a directory whose files are kept in small pieces. */
    public static DiskStorage open(Path directory, boolean create) throws IOException {
        return open(directory, create, Pieces.SMALL);
    }

    /**
     * Opens a directory, following symbolic links, so that one directory has one name.
     *
     * @param create whether to create the directory, and those above it, where they are missing
     * @param pieces how files that are allocated here are kept in memory
     */
    public static DiskStorage open(Path directory, boolean create, Pieces pieces)
            throws IOException {
        return onEngineThread(
                () -> {
                    if (create) {
                        createDirectories(directory.toAbsolutePath());
                    }
                    Path real = directory.toRealPath();
                    if (!Files.isDirectory(real)) {
                        throw new NotDirectoryException(real.toString());
                    }
                    return new DiskStorage(real, pieces);
                });
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    @Override
    public boolean link(String name, Storage target) throws IOException {
        if (!isPosix() || !(target instanceof DiskStorage other)) {
            return false; // elsewhere nobody could tell a shared file
        }
        return onEngineThread(
                () -> {
                    Path link = other.directory.resolve(name);
                    try {
                        Files.createLink(link, directory.resolve(name));
                    } catch (UnsupportedOperationException | FileSystemException e) {
                        return false; // another file system, or one without links
                    }
                    if (linkCount(link) > 1) {
                        return true;
                    }
                    Files.delete(link);
                    return false;
                });
    }

    @Override
    public boolean isShared(String name) throws IOException {
        return isPosix() && onEngineThread(() -> linkCount(directory.resolve(name)) > 1);
    }

    private static int linkCount(Path file) throws IOException {
        try {
            return (int) Files.getAttribute(file, "unix:nlink");
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return 1; // then it was not linked by this class either
        }
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public List<String> list() throws IOException {
        return onEngineThread(
                () -> {
                    try (Stream<Path> files = Files.list(directory)) {
                        return files.filter(file -> Files.isRegularFile(file))
                                .map(file -> file.getFileName().toString())
                                .toList();
                    }
                });
    }

    @Override
    public long size(String name) throws IOException {
        return onEngineThread(
                () -> {
                    try {
                        return Files.size(directory.resolve(name));
                    } catch (IOException e) {
                        return -1L; // what cannot be looked at is as good as missing
                    }
                });
    }

    @Override
    public void allocate(String name, long sizeBytes) throws IOException {
        onEngineThread(
                () -> {
                    Path file = directory.resolve(name);
                    boolean existed = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
                    try (FileChannel channel =
                            FileChannel.open(
                                    file,
                                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                                    privateFile())) {
                        long before = channel.size();
                        try {
                            writeZeros(channel, before, sizeBytes);
                            channel.force(true);
                        } catch (IOException e) {
                            channel.truncate(before);
                            throw e;
                        }
                    } catch (IOException e) {
                        if (!existed) {
                            Files.deleteIfExists(file);
                        }
                        throw e;
                    }
                    return null;
                });
    }

    @Override
    public MappedRegion map(String name, long offset, long sizeBytes, boolean writable)
            throws IOException {
        return onEngineThread(
                () -> {
                    Set<StandardOpenOption> options =
                            writable
                                    ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
                                    : Set.of(StandardOpenOption.READ);
                    Path file = directory.resolve(name);
                    try (FileChannel channel = FileChannel.open(file, options)) {
                        // Beyond the end of a file a mapping has no memory: the JVM would die of
                        // it.
                        if (channel.size() < offset + sizeBytes) {
                            throw new IOException(
                                    file
                                            + " has "
                                            + channel.size()
                                            + " bytes, not the expected "
                                            + (offset + sizeBytes)
                                            + " or more.");
                        }
                        MapMode mode = writable ? MapMode.READ_WRITE : MapMode.READ_ONLY;
                        MappedRegion region =
                                RegionMapper.map(
                                        file, channel, mode, offset, sizeBytes, mapped::remove);
                        mapped.add(region);
                        return region;
                    }
                });
    }

    @Override
    public void delete(String name) throws IOException {
        onEngineThread(() -> Files.deleteIfExists(directory.resolve(name)));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        onEngineThread(
                () ->
                        Files.move(
                                directory.resolve(from),
                                directory.resolve(to),
                                StandardCopyOption.ATOMIC_MOVE,
                                StandardCopyOption.REPLACE_EXISTING));
    }

    @Override
    public Storage createEmpty(Path target) throws IOException {
        return onEngineThread(
                () -> {
                    Path existing = target.toAbsolutePath().normalize();
                    while (existing.getParent() != null && !Files.exists(existing)) {
                        existing = existing.getParent();
                    }
                    if (existing.toRealPath().startsWith(directory)) {
                        throw new StoreTargetException(
                                target
                                        + " lies within the store in "
                                        + directory
                                        + ". Nothing was written. Give a directory outside of it.",
                                target);
                    }
                    if (Files.exists(target) && !isEmptyDirectory(target)) {
                        throw new StoreTargetException(
                                target
                                        + " exists and is not an empty directory. Nothing was"
                                        + " written. Give a new one, or empty this one.",
                                target);
                    }
                    return open(target, true, pieces);
                });
    }

    @Override
    public void syncDirectory() throws IOException {
        onEngineThread(
                () -> {
                    syncDirectory(directory);
                    return null;
                });
    }

    @Override
    public StorageLock lock(String name, boolean shared) throws IOException {
        return onEngineThread(
                () -> {
                    StorageLock lock = FileSystemLock.acquire(directory.resolve(name), shared);
                    locks.add(lock);
                    return lock;
                });
    }

    @Override
    public void releaseMappings() {
        RegionMapper.releaseUnmapped();
    }

    @Override
    public long usableBytes() throws IOException {
        return onEngineThread(() -> Files.getFileStore(directory).getUsableSpace());
    }

    @Override
    public void close() {
        mapped.forEach(MappedRegion::unmap);
        locks.forEach(StorageLock::close);
        locks.clear();
    }

    static FileAttribute<?>[] privateFile() {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static FileAttribute<?>[] privateDirectory() {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix() {
        return Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private void writeZeros(FileChannel channel, long from, long to) throws IOException {
        if (from >= to) {
            return;
        }
        ByteBuffer zeros = zeros().duplicate();
        for (long position = from; position < to; ) {
            // Up to where the next piece begins: a write that overlaps two makes smaller ones.
            long piece = pieces.sizeBytes - position % pieces.sizeBytes;
            zeros.clear().limit((int) Math.min(Math.min(piece, zeros.capacity()), to - position));
            position += channel.write(zeros, position);
        }
    }

    private ByteBuffer zeros() {
        ByteBuffer kept = zeros;
        if (kept == null) {
            kept = ByteBuffer.allocateDirect(pieces.sizeBytes);
            zeros = kept;
        }
        return kept;
    }

    // A directory's name is in its parent: unless that is durable too, a power cut takes the whole.
    private static void createDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path d = directory; d != null && !Files.exists(d); d = d.getParent()) {
            missing.push(d);
        }
        for (Path d : new ArrayList<>(missing)) {
            try {
                Files.createDirectory(d, privateDirectory());
            } catch (FileAlreadyExistsException e) {
                continue; // somebody else was quicker, and has it synced
            }
            Path parent = d.getParent();
            if (parent != null) {
                syncDirectory(parent);
            }
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        if (!isPosix()) {
            return; // Windows has no way to open a directory, and journals its names itself
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static <T> T onEngineThread(Callable<T> task) throws IOException {
        try {
            return EngineThread.call("kv-storage", task);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
