package dev.kvstore.internal.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a file that exists. A channel would be closed by an interrupt of the thread that
 * writes, which is a caller's; a {@link RandomAccessFile} is not.
 *
 * <p><b>Threads:</b> for use by one at a time.
 */
final class FileWriter {

    private final @Nullable RandomAccessFile file;
    private long position;

    private FileWriter(@Nullable RandomAccessFile file) {
        this.file = file;
    }

    /** Opens a file. Where it cannot be, for want of a descriptor say, nothing is ever written. */
    static FileWriter open(Path file) {
        try {
            // Else it would be created, which is not the one that is mapped.
            boolean exists = file.toFile().exists();
            return new FileWriter(exists ? new RandomAccessFile(file.toFile(), "rw") : null);
        } catch (FileNotFoundException | UnsupportedOperationException e) {
            return new FileWriter(null); // the mapping is another way to the same bytes
        }
    }

    /** Writes bytes at a position, if the file could be opened, and returns whether it could. */
    boolean write(long at, byte[] bytes, int length) throws IOException {
        if (file == null) {
            return false;
        }
        if (position != at) {
            file.seek(at);
        }
        position = -1; // unknown, should it fail
        file.write(bytes, 0, length);
        position = at + length;
        return true;
    }

    void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            // What was written is in memory, and a force tells whether it reached the disk.
        }
    }
}
