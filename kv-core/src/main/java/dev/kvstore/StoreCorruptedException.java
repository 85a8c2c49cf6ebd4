package dev.kvstore;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Stored bytes are not what the store wrote. Nothing was changed or dropped.
 *
 * @serial exclude
 */
public final class StoreCorruptedException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    /**
     * Makes an exception.
     *
     * @param message what is wrong, and what to do
     * @param file the damaged file
     * @param offset where in the file, in bytes, or -1 if the whole file is meant
     * @param cause what caused it, or null
     */
    public StoreCorruptedException(
            String message, Path file, long offset, @Nullable Throwable cause) {
        super(message, cause);
        this.file = file.toString();
        this.offset = offset;
    }

    /**
     * Returns the damaged file.
     *
     * @return the damaged file
     */
    public Path file() {
        return Path.of(file);
    }

    /**
     * Returns where in the file the damage is.
     *
     * @return the offset in bytes, or -1 if the whole file is meant
     */
    public long offset() {
        return offset;
    }
}
