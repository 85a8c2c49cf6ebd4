package dev.kvstore.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineThreadTest {

    @AfterEach
    void clearTheFlag() {
        Thread.interrupted();
    }

    @Test
    void runsATaskOnAThreadOfItsOwn() throws Exception {
        Thread thread = EngineThread.call("kv-test", Thread::currentThread);

        assertThat(thread).isInstanceOf(EngineThread.class);
        assertThat(thread.getName()).isEqualTo("kv-test");
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void runsATaskOfAnEngineThreadOnTheSame() throws Exception {
        boolean same =
                EngineThread.call(
                        "kv-outer",
                        () -> {
                            Thread outer = Thread.currentThread();
                            return EngineThread.call("kv-inner", Thread::currentThread) == outer;
                        });

        assertThat(same).isTrue();
    }

    @Test
    void keepsTheFlagOfACallerInterruptedBefore() throws Exception {
        Thread.currentThread().interrupt();

        boolean seen = EngineThread.call("kv-test", () -> Thread.currentThread().isInterrupted());

        assertThat(seen).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void waitsOnForACallerInterruptedMeanwhile() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean flagKept = new AtomicBoolean();
        AtomicBoolean endedFirst = new AtomicBoolean();
        Thread caller =
                new Thread(
                        () -> {
                            try {
                                EngineThread.run(
                                        "kv-test",
                                        () -> {
                                            started.countDown();
                                            mayEnd.await();
                                            ended.set(true);
                                        });
                                endedFirst.set(ended.get());
                                flagKept.set(Thread.currentThread().isInterrupted());
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        caller.start();
        started.await();
        caller.interrupt();
        caller.join(100); // returns early only if the interrupt ended the wait
        assertThat(caller.isAlive()).isTrue();
        mayEnd.countDown();
        caller.join();

        assertThat(endedFirst).isTrue();
        assertThat(flagKept).isTrue();
    }

    @Test
    void throwsWhatTheTaskThrows() {
        IOException thrown = new IOException("no disk");

        assertThatThrownBy(
                        () ->
                                EngineThread.run(
                                        "kv-test",
                                        () -> {
                                            throw thrown;
                                        }))
                .isSameAs(thrown);
        assertThatThrownBy(
                        () ->
                                EngineThread.run(
                                        "kv-test",
                                        () -> {
                                            throw new OutOfMemoryError("test");
                                        }))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("test");
    }
}
