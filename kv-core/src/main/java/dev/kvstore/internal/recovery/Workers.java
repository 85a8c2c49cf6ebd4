package dev.kvstore.internal.recovery;

import dev.kvstore.internal.storage.EngineThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do parts of a recovery side by side. Whoever starts them waits for them, whatever
 * happens, since they use files that are closed when a recovery fails.
 */
final class Workers {

    /** What a thread does. */
    interface Work {
        void run() throws IOException;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Starts a thread. */
    void start(String name, Work work) {
        Thread thread = new EngineThread(name, () -> run(work));
        threads.add(thread);
        thread.start();
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Whether one has failed, so that the others need not go on. */
    boolean haveFailed() {
        return failure.get() != null;
    }

    /** Waits for all, whatever interrupts the caller. */
    void await() {
        threads.forEach(EngineThread::joinUninterruptibly);
    }

    /** Waits for all, and fails as the first that failed did. */
    void join() throws IOException {
        await();
        Throwable e = failure.get();
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException exception) {
            throw exception;
        }
        if (e != null) {
            throw new IOException(e);
        }
    }
}
