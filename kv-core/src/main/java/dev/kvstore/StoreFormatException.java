package dev.kvstore;

import java.nio.file.Path;

/**
 * A file of the store has a format version that this release does not read, as when a later release
 * has written it. It is whole, and nothing was changed.
 *
 * @serial exclude
 */
public final class StoreFormatException extends KeyValueStoreException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final int version;
    private final int supportedVersion;

    /**
     * Makes an exception.
     *
     * @param file the file
     * @param version the format version that it has
     * @param supportedVersion the newest format version that this release reads
     */
    public StoreFormatException(Path file, int version, int supportedVersion) {
        super(
                file
                        + " has format version "
                        + version
                        + ", and this release reads version "
                        + supportedVersion
                        + ". Nothing was changed. Open the store with the release that wrote it, or"
                        + " a later one.",
                null);
        this.file = file.toString();
        this.version = version;
        this.supportedVersion = supportedVersion;
    }

    /**
     * Returns the file.
     *
     * @return the file
     */
    public Path file() {
        return Path.of(file);
    }

    /**
     * Returns the format version that the file has.
     *
     * @return the version
     */
    public int version() {
        return version;
    }

    /**
     * Returns the newest format version that this release reads.
     *
     * @return the version
     */
    public int supportedVersion() {
        return supportedVersion;
    }
}
