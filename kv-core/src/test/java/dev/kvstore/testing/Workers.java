package dev.kvstore.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that do a test's work. {@link #finish()} waits for them and throws what the first one
 * that failed threw; one that never ends is a failure that shows where it hangs.
 */
public final class Workers {

    /** What a worker does. */
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    /** The property that says after how many seconds a worker is taken to hang. */
    public static final String PATIENCE_SECONDS = "kv.test.patience";

    private final ThreadFactory factory;
    private final boolean pausing;
    private final List<Thread> finite = new ArrayList<>();
    private final List<Thread> endless = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;

    public Workers() {
        this(Workers::daemon, false);
    }

    private Workers(ThreadFactory factory, boolean pausing) {
        this.factory = factory;
        this.pausing = pausing;
    }

    /**
     * Workers on virtual threads. The endless ones pause between their tasks: the scheduler runs
     * what its own threads have queued, and yielding queues again, before what others wake, so that
     * readers who never wait would keep a writer from running for ever.
     */
    public static Workers onLightThreads() {
        return new Workers(VirtualThreads.factory(), true);
    }

    /** Starts a thread that runs a task once. */
    public Workers start(Task task) {
        finite.add(startThread(task));
        return this;
    }

    /** Starts a thread that runs a task so many times, or until another one fails. */
    public Workers repeat(int times, Task task) {
        return start(
                () -> {
                    for (int i = 0; i < times && !stopping; i++) {
                        task.run();
                    }
                });
    }

    /** Starts a thread that runs a task again and again while the others work. */
    public Workers meanwhile(Task task) {
        endless.add(
                startThread(
                        () -> {
                            while (!stopping) {
                                task.run();
                                if (pausing) {
                                    LockSupport.parkNanos(1);
                                }
                            }
                        }));
        return this;
    }

    /** Returns the threads started so far, for those who want to disturb them. */
    public List<Thread> threads() {
        List<Thread> all = new ArrayList<>(finite);
        all.addAll(endless);
        return all;
    }

    /** Tells whether a worker has failed, so that those who wait for it can stop. */
    public boolean failed() {
        return failure.get() != null;
    }

    /** Waits until the work is done. */
    public void finish() {
        long deadline = System.nanoTime() + patienceNanos();
        finite.forEach(thread -> join(thread, deadline));
        stopping = true;
        endless.forEach(thread -> join(thread, deadline));
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError("A worker failed: " + first, first);
        }
    }

    private Thread startThread(Task task) {
        Thread thread =
                factory.newThread(
                        () -> {
                            try {
                                task.run();
                            } catch (Throwable e) {
                                fail(e);
                            }
                        });
        thread.start();
        return thread;
    }

    private void fail(Throwable e) {
        if (!failure.compareAndSet(null, e)) {
            failure.get().addSuppressed(e);
        }
        stopping = true;
    }

    private void join(Thread thread, long deadline) {
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        } catch (InterruptedException e) {
            throw new AssertionError("Interrupted while waiting for workers.", e);
        }
        if (thread.isAlive()) {
            AssertionError hanging = new AssertionError(thread.getName() + " hangs here");
            hanging.setStackTrace(thread.getStackTrace());
            fail(hanging);
        }
    }

    private static long patienceNanos() {
        return TimeUnit.SECONDS.toNanos(Long.getLong(PATIENCE_SECONDS, 600));
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "test-worker");
        thread.setDaemon(true);
        return thread;
    }
}
