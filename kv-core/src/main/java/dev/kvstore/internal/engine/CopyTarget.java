package dev.kvstore.internal.engine;

import dev.kvstore.StoreTargetException;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An empty directory that a copy of a store is written into: a backup, or a repaired store.
 *
 * <p><b>Invariant:</b> what is removed when a copy fails is the copy's own. The directory is
 * locked, so that nobody else begins a store or a copy in it, and is empty after that.
 */
final class CopyTarget {

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    private CopyTarget() {}

    /** Writes a copy. */
    interface Writing<T> {
        T into(Storage target) throws IOException;
    }

    /** Has a copy written into a directory, and removes what there is of it if that fails. */
    static <T> T fill(Storage source, Path directory, Writing<T> writing) throws IOException {
        try (Storage target = source.createEmpty(directory)) {
            target.lock(StoreOpener.LOCK_NAME, false);
            checkStillEmpty(target);
            boolean complete = false;
            try {
                T result = writing.into(target);
                complete = true;
                return result;
            } finally {
                if (!complete) {
                    removeAll(target);
                }
            }
        }
    }

    // Somebody may have begun a store there, and closed it, before the directory was locked.
    private static void checkStillEmpty(Storage target) throws IOException {
        if (!List.of(StoreOpener.LOCK_NAME).containsAll(target.list())) {
            throw new StoreTargetException(
                    target.directory()
                            + " is not empty any more. Nothing was written. Give another"
                            + " directory.",
                    target.directory());
        }
    }

    private static void removeAll(Storage target) {
        try {
            for (String name : target.list()) {
                target.delete(name);
            }
        } catch (IOException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "What is left of a failed copy could not be removed from "
                            + target.directory()
                            + ".",
                    e);
        }
    }
}
