package dev.kvstore.internal.storage;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A thread of the engine's own. Only such a thread touches a {@link java.nio.channels.FileChannel}:
 * interrupting a thread inside a channel operation closes the channel for everybody, and a caller's
 * thread may be interrupted at any time. Nobody outside has a reference to these.
 */
public final class EngineThread extends Thread {

    /** Something that may throw an {@link java.io.IOException} and the like. */
    @FunctionalInterface
    public interface Task {
        /** Does it. */
        void run() throws Exception;
    }

    /** Makes a daemon thread, not yet started. */
    public EngineThread(String name, Runnable task) {
        super(null, task, name, 0, false);
        setDaemon(true);
    }

    /**
     * Runs a task on an engine thread and waits for it, whatever interrupts the caller; the flag is
     * kept. Runs it here if this is one already.
     */
    public static <T> T call(String name, Callable<T> task) throws Exception {
        if (Thread.currentThread() instanceof EngineThread) {
            return task.call();
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        EngineThread thread =
                new EngineThread(
                        name,
                        () -> {
                            try {
                                result.complete(task.call());
                            } catch (Throwable e) {
                                result.completeExceptionally(e);
                            }
                        });
        thread.start();
        // The thread has ended when the caller goes on, so that no call leaves one behind.
        joinUninterruptibly(thread);
        try {
            return result.join();
        } catch (CompletionException e) {
            throw asException(e.getCause());
        }
    }

    /** As {@link #call}, for a task without a result. */
    public static void run(String name, Task task) throws Exception {
        call(
                name,
                () -> {
                    task.run();
                    return true;
                });
    }

    /** Waits for the end of a thread, whatever interrupts the caller; the flag is kept. */
    public static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Exception asException(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        // The stack that a user needs is that of the caller; where it happened stays as suppressed.
        e.addSuppressed(new IllegalStateException("Called from here."));
        return (Exception) e;
    }
}
