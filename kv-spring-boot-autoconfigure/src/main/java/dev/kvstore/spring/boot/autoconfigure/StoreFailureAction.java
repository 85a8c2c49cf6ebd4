package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFormatException;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreLockedException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a user can do about a store that could not be opened. */
final class StoreFailureAction {

    private StoreFailureAction() {}

    /**
     * Says what to do.
     *
     * @param failure why the store could not be opened
     * @param prefix what the names of its properties start with
     * @return what to do, in whole sentences
     */
    static String of(KeyValueStoreException failure, String prefix) {
        String action;
        if (failure instanceof StoreLockedException locked) {
            action = locked(locked);
        } else if (failure instanceof StoreCorruptedException corrupted) {
            action = corrupted(corrupted);
        } else if (failure instanceof StoreFormatException format) {
            action = format(format);
        } else if (failure instanceof StoreFullException) {
            action =
                    "Make room on the disk, lower '{prefix}.free-disk-floor', or set"
                            + " '{prefix}.data-path' to a directory on another disk.";
        } else {
            action = unusable(failure.getCause());
        }
        return action.replace("{prefix}", prefix);
    }

    private static String locked(StoreLockedException failure) {
        if (failure.sameJvm()) {
            return "This very process has the store open already: in another application context,"
                    + " or by a call of its own. Share one KeyValueStore bean, or give each store"
                    + " a directory of its own with '{prefix}.data-path'.";
        }
        long pid = failure.ownerPid();
        if (pid < 0) {
            return stop("the other process");
        }
        ProcessHandle owner = ProcessHandle.of(pid).orElse(null);
        if (owner == null || owner.equals(ProcessHandle.current())) {
            // A lock goes with its process. So that one has its number in a world of its own.
            return "The process is not one of this machine, or of this container: another one uses"
                    + " the same directory. Stop the application there, or set"
                    + " '{prefix}.data-path' to a directory that is not shared.";
        }
        return stop("process " + pid + owner.info().command().map(" (%s)"::formatted).orElse(""));
    }

    private static String stop(String owner) {
        return "Stop %s if it should not run, or set '{prefix}.data-path' to another directory."
                .formatted(owner);
    }

    private static String corrupted(StoreCorruptedException failure) {
        String action = "Copy the whole directory before you change anything in it. ";
        Path directory = failure.file().getParent();
        if (directory == null || !failure.getMessage().contains("KeyValueStore.repair")) {
            return action
                    + "Then do what the description says. Damage that comes back points to a"
                    + " failing disk.";
        }
        return action
                + "Then restore a backup, or run this with kv-core on the class path, in jshell for"
                + " example, and set '{prefix}.data-path' to the new directory:%n%n".formatted()
                + "    dev.kvstore.KeyValueStore.repair(%n        Path.of(\"%s\"), Path.of(\"%s\"))%n%n"
                        .formatted(directory, directory + "-repaired")
                + "Its result names what is lost. Damage that comes back points to a failing disk.";
    }

    private static String format(StoreFormatException failure) {
        return "Use a release of kvstore that reads format version %d: the one that the store was last"
                        .formatted(failure.version())
                + " used with, or a later one. Or set '{prefix}.data-path' to another directory.";
    }

    private static String unusable(@Nullable Throwable cause) {
        if (cause instanceof AccessDeniedException) {
            return "Let the user '%s', who runs this application, read and write there, or set"
                            .formatted(System.getProperty("user.name"))
                    + " '{prefix}.data-path' to another directory.";
        }
        if (cause instanceof NotDirectoryException) {
            return "Set '{prefix}.data-path' to a directory, or to the name of a new one.";
        }
        if (cause instanceof NoSuchFileException) {
            return "Set '{prefix}.data-path' to the directory of the store, or"
                    + " '{prefix}.read-only' to 'false' to have a new store made.";
        }
        if (cause instanceof FileSystemException
                && String.valueOf(cause.getMessage()).endsWith("Read-only file system")) {
            return "Make the file system writable, or set '{prefix}.data-path' to a directory on"
                    + " another one. A store that is there already can be read if"
                    + " '{prefix}.read-only' is 'true'.";
        }
        return "Make sure that this process may read and write the directory that"
                + " '{prefix}.data-path' names, or set it to another one.";
    }
}
