package dev.kvstore.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the threads of one world go on one at a time, from one call of its storage to the next, in
 * an order that follows from a seed. A thread that comes to a call waits here until every other
 * thread of the world waits too, here or for something that one of them has to do first; then one
 * of those that are here is chosen.
 *
 * <p>What happens between two calls is left to the machine: two threads of which one has just woken
 * the other run at the same time for a moment. So a seed repeats an order of calls nearly always,
 * not always; which is why a failure shows the order that it had.
 */
class Turns {

    private static final long SETTLING_NANOS = 20_000;

    private final ThreadGroup world;
    private final Random random;
    private final List<Thread> waiting = new ArrayList<>(); // guarded by this
    private final Thread chooser;
    private Thread chosen; // guarded by this
    private volatile boolean ended;

    private Turns(ThreadGroup world, long seed) {
        this.world = world;
        this.random = new Random(seed);
        this.chooser = new Thread(world.getParent(), this::choose, "turns");
        this.chosen = chooser;
        chooser.setDaemon(true);
    }

    /** Everybody goes on at once. */
    static Turns none() {
        return new Turns(Thread.currentThread().getThreadGroup(), 0) {
            @Override
            void await() {
                // There is nothing to wait for.
            }
        };
    }

    /** Starts to give turns to the threads of a group. */
    static Turns begin(ThreadGroup world, long seed) {
        Turns turns = new Turns(world, seed);
        turns.chooser.start();
        return turns;
    }

    /** Lets everybody go on from now on. */
    void end() {
        ended = true;
        synchronized (this) {
            notifyAll();
        }
    }

    /** Waits for this thread's turn. */
    void await() {
        Thread me = Thread.currentThread();
        if (me.getThreadGroup() != world) {
            return;
        }
        boolean interrupted = false;
        synchronized (this) {
            waiting.add(me);
            while (!ended && chosen != me) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            waiting.remove(me);
            chosen = chooser;
        }
        if (interrupted) {
            me.interrupt();
        }
    }

    private void choose() {
        while (!ended) {
            if (!isQuiet()) {
                Thread.onSpinWait();
                continue;
            }
            LockSupport.parkNanos(SETTLING_NANOS); // one that was just woken may not show it yet
            if (!isQuiet()) {
                continue;
            }
            synchronized (this) {
                if (!waiting.isEmpty() && chosen == chooser) {
                    waiting.sort(Comparator.comparing(Thread::getName));
                    chosen = waiting.get(random.nextInt(waiting.size()));
                    notifyAll();
                }
            }
        }
    }

    private boolean isQuiet() {
        synchronized (this) {
            if (chosen != chooser || waiting.isEmpty()) {
                return false;
            }
        }
        Thread[] threads = new Thread[world.activeCount() + 8];
        int count = world.enumerate(threads);
        for (int i = 0; i < count; i++) {
            switch (threads[i].getState()) {
                case WAITING, TIMED_WAITING, BLOCKED -> {}
                default -> {
                    return false;
                }
            }
        }
        return true;
    }
}
