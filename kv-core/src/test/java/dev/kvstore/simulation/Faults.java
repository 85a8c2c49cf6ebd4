package dev.kvstore.simulation;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which calls of a {@link SimulatedStorage} fail, and how. Guarded by the storage's monitor. */
final class Faults {

    /** What a call fails with. */
    enum Kind {
        /** An I/O error of the device. */
        EIO("Input/output error"),
        /** A full disk; only calls that need space fail. */
        ENOSPC("No space left on device"),
        /** No file descriptor; only calls that open a file fail. */
        EMFILE("Too many open files");

        private final String message;

        Kind(String message) {
            this.message = message;
        }
    }

    private static final Pattern OPENING = Pattern.compile("allocate|map|list|sync|lock");

    private final @Nullable Kind kind;
    private final long first;
    private final boolean forEver;
    private final @Nullable String thread;
    private final String files;
    private final Random random;
    private long seen;
    private @Nullable String failedCall;

    private Faults(
            @Nullable Kind kind,
            long first,
            boolean forEver,
            @Nullable String thread,
            String files) {
        this.kind = kind;
        this.first = first;
        this.forEver = forEver;
        this.thread = thread;
        this.files = files;
        this.random = new Random(first);
    }

    static Faults none() {
        return new Faults(null, 0, false, null, "");
    }

    /** The n-th call fails, counted from 1, and all later ones too if it is for ever. */
    static Faults at(Kind kind, long n, boolean forEver) {
        return new Faults(kind, n, forEver, null, "");
    }

    /** Every call of one thread fails. */
    static Faults in(String thread, Kind kind) {
        return in(thread, kind, "");
    }

    /** As {@link #in(String, Kind)}, but only calls for files in whose names something is. */
    static Faults in(String thread, Kind kind, String files) {
        return new Faults(kind, 1, true, thread, files);
    }

    /** Counts a call, and fails if it is the one. */
    void check(String call, boolean needsSpace) throws IOException {
        if (kind == null
                || (kind == Kind.ENOSPC && !needsSpace)
                || (kind == Kind.EMFILE && !OPENING.matcher(call).lookingAt())) {
            return;
        }
        if (thread != null && !thread.equals(Thread.currentThread().getName())) {
            return;
        }
        if (!call.contains(files)) {
            return;
        }
        seen++;
        if (seen == first || (forEver && seen > first)) {
            failedCall = failedCall == null ? call : failedCall;
            String message = kind.message + " (simulated, in " + call + ")";
            throw kind == Kind.EMFILE
                    ? new FileSystemException(null, null, message)
                    : new IOException(message);
        }
    }

    /** The first call that has failed, or null. */
    @Nullable String failedCall() {
        return failedCall;
    }

    Random random() {
        return random;
    }
}
