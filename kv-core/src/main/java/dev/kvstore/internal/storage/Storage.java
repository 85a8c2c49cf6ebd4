package dev.kvstore.internal.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One directory of files, and the engine's only way to a disk. A test replaces it to cut the power
 * at any call, so each method says what is durable when it returns.
 *
 * <p><b>Threads:</b> safe for use by several threads, but each file is changed by one at a time.
 * Interrupting the caller has no effect.
 */
public interface Storage extends AutoCloseable {

    /** Returns the directory, absolute. */
    Path directory();

    /** Returns the names of the regular files in the directory, in no order. */
    List<String> list() throws IOException;

    /** Returns the size of a file in bytes, or -1 if there is none of that name. */
    long size(String name) throws IOException;

    /**
     * Creates a file, or makes one longer, by writing zeros, so that every byte of it has its place
     * on the disk and a later store into a mapping cannot fail. The file's bytes and size are
     * durable when this returns; a new name in the directory is only after {@link
     * #syncDirectory()}. If there is no room, the file is as it was before.
     */
    void allocate(String name, long sizeBytes) throws IOException;

    /** Maps part of a file, which must exist and be long enough, into memory. */
    MappedRegion map(String name, long offset, long sizeBytes, boolean writable) throws IOException;

    /** Removes a file. Its name may come back after a power cut until {@link #syncDirectory()}. */
    void delete(String name) throws IOException;

    /**
     * Gives a file another name, atomically replacing a file of that name. After a power cut either
     * name may be there until {@link #syncDirectory()}.
     */
    void rename(String from, String to) throws IOException;

    /**
     * Gives a file of this directory the same name in another one too, without copying it: both
     * names then are of the same bytes. Where it is not possible, nothing happens.
     *
     * @return whether it was possible
     */
    default boolean link(String name, Storage target) throws IOException {
        return false;
    }

    /**
     * Tells whether a file has more names than this one, so that changing it would change what
     * others have.
     */
    default boolean isShared(String name) throws IOException {
        return false;
    }

    /**
     * Makes a directory for a copy of this one's files, or takes an empty one.
     *
     * @throws dev.kvstore.StoreTargetException if it is not empty, no directory, or lies within
     *     this one
     */
    Storage createEmpty(Path directory) throws IOException;

    /** Makes the names in the directory durable. */
    void syncDirectory() throws IOException;

    /**
     * Locks the directory against other processes and other stores of this one.
     *
     * @param name the lock file, created if it does not exist
     * @param shared whether other shared holders are let in
     * @throws dev.kvstore.StoreLockedException if somebody else holds it
     */
    StorageLock lock(String name, boolean shared) throws IOException;

    /**
     * Has the space of files come back that were deleted while mapped and then unmapped: some JDKs
     * release such a mapping only when the collector runs. For a disk that is full otherwise.
     */
    default void releaseMappings() {
        // Elsewhere it has come back already.
    }

    /** Returns how many bytes the file system has left for this process. */
    long usableBytes() throws IOException;

    /**
     * Gives up every mapping that has not been, as {@link MappedRegion#unmap} does, and then every
     * lock. Closing twice does nothing.
     */
    @Override
    void close();
}
