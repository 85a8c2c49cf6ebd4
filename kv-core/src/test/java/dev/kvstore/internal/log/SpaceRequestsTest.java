package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who waits for room goes on when there is some, when there will be none, and never waits alone.
 */
@Timeout(20)
class SpaceRequestsTest {

    private final ReentrantLock writeLock = new ReentrantLock();
    private final LogMonitor monitor =
            new LogMonitor(writeLock, new GroupCommit(writeLock, new NothingUnforced()));
    private final SpaceRequests requests = new SpaceRequests(monitor);
    private final AtomicBoolean isThere = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();

    private static final class NothingUnforced implements GroupCommit.Tail {

        @Override
        public GroupCommit.Batch unforced() {
            return new GroupCommit.Batch(0, List.of());
        }

        @Override
        public void forced(GroupCommit.Batch batch) {
            // There was nothing.
        }
    }

    @Test
    void nobodyWaitsForWhatNobodyAnswers() {
        ask();

        assertThat(asked).hasValue(0);
        assertThat(requests.isAwaited()).isFalse();
    }

    @Test
    void anAnswerIsWaitedFor() throws InterruptedException {
        requests.begin(new Thread(), asked::incrementAndGet);
        Thread asking = startAsking();
        long request = requests.latest();

        requests.answer(request - 1);
        monitor.change(() -> {});
        assertThat(requests.isAwaited()).isTrue();
        requests.answer(request);

        asking.join();
        assertThat(asked).hasValue(1);
        assertThat(requests.isAwaited()).isFalse();
    }

    @Test
    void roomEndsTheWait() throws InterruptedException {
        requests.begin(new Thread(), asked::incrementAndGet);
        Thread asking = startAsking();

        monitor.change(() -> isThere.set(true));

        asking.join();
    }

    @Test
    void theEndOfAnsweringEndsTheWait() throws InterruptedException {
        requests.begin(new Thread(), asked::incrementAndGet);
        Thread asking = startAsking();

        requests.end();

        asking.join();
        ask();
        assertThat(asked).hasValue(1);
    }

    @Test
    void anInterruptIsKeptAndEndsNothing() throws InterruptedException {
        requests.begin(new Thread(), asked::incrementAndGet);
        AtomicBoolean kept = new AtomicBoolean();
        Thread asking =
                new Thread(
                        () -> {
                            ask();
                            kept.set(Thread.interrupted());
                        });
        asking.start();
        await().until(requests::isAwaited);

        asking.interrupt();
        await().until(() -> !asking.isInterrupted()); // it has noticed
        requests.answer(requests.latest());

        asking.join();
        assertThat(kept).isTrue();
    }

    /** A listener of compaction's runs on its thread, and may delete. */
    @Test
    void whoAnswersDoesNotAsk() {
        requests.begin(Thread.currentThread(), asked::incrementAndGet);

        ask();

        assertThat(asked).hasValue(0);
    }

    private Thread startAsking() {
        Thread asking = new Thread(this::ask);
        asking.start();
        await().until(requests::isAwaited);
        return asking;
    }

    private void ask() {
        writeLock.lock();
        try {
            requests.await(isThere::get);
        } finally {
            writeLock.unlock();
        }
    }
}
