package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.StoreFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits for the disk is told, whatever the others do. */
@Timeout(20)
class GroupCommitTest {

    private final ReentrantLock writeLock = new ReentrantLock();
    private final AtomicLong appended = new AtomicLong();
    private final Semaphore forcesAllowed = new Semaphore(0);
    private final AtomicLong forcesBegun = new AtomicLong();
    private volatile boolean broken;
    private final GroupCommit commit = new GroupCommit(writeLock, new HeldTail());
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** A log of which each force waits until the test allows it. */
    private final class HeldTail implements GroupCommit.Tail {

        @Override
        public GroupCommit.Batch unforced() {
            forcesBegun.incrementAndGet();
            return new GroupCommit.Batch(appended.get(), List.of());
        }

        @Override
        public void forced(GroupCommit.Batch batch) {
            forcesAllowed.acquireUninterruptibly();
            if (broken) {
                throw new IllegalStateException("The disk is broken");
            }
        }
    }

    @AfterEach
    void allowAllForces() {
        forcesAllowed.release(1_000_000);
    }

    @Test
    void oneForceServesAllWhoCameDuringTheLast() throws InterruptedException {
        startWriter();
        await().until(() -> forcesBegun.get() == 1);
        for (int i = 0; i < 8; i++) {
            startWriter();
        }
        awaitWaiting(8);

        forcesAllowed.release(2);

        joinAll();
        assertThat(forcesBegun).hasValue(2);
        assertThat(commit.durablePosition()).isEqualTo(9);
        assertThat(failures).isEmpty();
    }

    @Test
    void nobodyIsForgottenWhoeverForcesNext() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        for (int i = 0; i < 16; i++) {
            start(
                    () -> {
                        start.await();
                        for (int n = 0; n < 2_000; n++) {
                            long position = appended.incrementAndGet();
                            commit.await(position);
                            assertThat(commit.durablePosition()).isGreaterThanOrEqualTo(position);
                        }
                    });
        }
        start(
                () -> {
                    start.await();
                    for (int n = 0; n < 200; n++) {
                        commit.runWhenAllIsForced(() -> {});
                    }
                });
        start.countDown();
        await().until(() -> appended.get() == 16);
        awaitWaiting(16); // and one forces: so the next force serves several for certain
        forcesAllowed.release(1_000_000);

        joinAll();
        assertThat(failures).isEmpty();
        assertThat(forcesBegun.get()).isLessThan(16 * 2_000 + 200);
    }

    @Test
    void whoWaitsIsServedByAForceForSomethingElse() throws InterruptedException {
        startWriter();
        await().until(() -> forcesBegun.get() == 1);
        startWriter();
        startWriter();
        awaitWaiting(2);
        start(() -> commit.runWhenAllIsForced(() -> {}));
        awaitWaiting(3);

        forcesAllowed.release(3);

        joinAll();
        assertThat(failures).isEmpty();
    }

    @Test
    void failureIsToldToAll() throws InterruptedException {
        startWriter();
        await().until(() -> forcesBegun.get() == 1);
        for (int i = 0; i < 4; i++) {
            startWriter();
        }
        awaitWaiting(4);
        broken = true;

        forcesAllowed.release();

        joinAll();
        assertThat(failures).hasSize(5).allMatch(e -> e instanceof StoreFailedException);
        assertThat(forcesBegun).hasValue(1);
    }

    /** The kernel may have dropped the pages, and would answer a second force with success. */
    @Test
    void whoWaitedForHisTurnDoesNotForceAfterAFailure() throws InterruptedException {
        broken = true;
        start(() -> commit.runWhenAllIsForced(() -> {}));
        await().until(() -> forcesBegun.get() == 1);
        startWriter(); // he has found no failure, and waits for the turn
        awaitWaiting(1);

        forcesAllowed.release();

        joinAll();
        assertThat(failures).hasSize(2).allMatch(e -> e instanceof StoreFailedException);
        assertThat(forcesBegun).hasValue(1);
        assertThat(commit.durablePosition()).isZero();
    }

    @Test
    void interruptedWaiterWaitsOnAndStaysInterrupted() throws InterruptedException {
        startWriter();
        await().until(() -> forcesBegun.get() == 1);
        boolean[] flag = new boolean[1];
        Thread interrupted =
                start(
                        () -> {
                            commit.await(appended.incrementAndGet());
                            flag[0] = Thread.currentThread().isInterrupted();
                        });
        awaitWaiting(1);
        interrupted.interrupt();
        await().during(Duration.ofMillis(20)).until(interrupted::isAlive);

        forcesAllowed.release(2);

        joinAll();
        assertThat(flag[0]).isTrue();
        assertThat(failures).isEmpty();
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void startWriter() {
        start(() -> commit.await(appended.incrementAndGet()));
    }

    private Thread start(Work work) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (InterruptedException | RuntimeException | Error e) {
                                failures.add(e);
                            }
                        });
        thread.setDaemon(true); // one that waits for ever must not keep the process
        threads.add(thread);
        thread.start();
        return thread;
    }

    /** Waits until so many wait, besides the one that forces. */
    private void awaitWaiting(int count) {
        await().until(
                        () ->
                                threads.stream()
                                                .filter(
                                                        thread ->
                                                                thread.getState()
                                                                        == Thread.State.WAITING)
                                                .count()
                                        == count + 1);
    }

    private void joinAll() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
