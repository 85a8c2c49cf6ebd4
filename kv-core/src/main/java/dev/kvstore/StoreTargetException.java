package dev.kvstore;

import java.nio.file.Path;

/**
 * The directory that a backup or a repair was to be written to cannot be used: it holds something
 * already, is no directory, or lies within the store. Nothing was written.
 *
 * @serial exclude
 */
public final class StoreTargetException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    private final String target;

    /**
     * Makes an exception.
     *
     * @param message what is wrong, and what to do
     * @param target the directory that was given
     */
    public StoreTargetException(String message, Path target) {
        super(message, null);
        this.target = target.toString();
    }

    /**
     * Returns the directory that was given.
     *
     * @return the directory
     */
    public Path target() {
        return Path.of(target);
    }
}
