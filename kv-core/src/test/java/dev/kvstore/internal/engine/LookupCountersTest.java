package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LookupCountersTest {

    @Test
    void hitsAndMissesAreCountedApart() {
        LookupCounters counters = new LookupCounters();

        counters.count(true);
        counters.count(true);
        counters.count(false);

        assertThat(counters.hits()).isEqualTo(2);
        assertThat(counters.misses()).isEqualTo(1);
    }

    @Test
    void noneIsLostWhenThreadsShareAStripe() throws InterruptedException {
        LookupCounters counters = new LookupCounters();
        int threads = 1 << 10; // more than there can be stripes
        int each = 1000;
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> started = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread =
                    new Thread(
                            () -> {
                                awaitUninterruptibly(start);
                                for (int n = 0; n < each; n++) {
                                    counters.count(n % 4 != 0);
                                }
                            });
            thread.start();
            started.add(thread);
        }

        start.countDown();
        for (Thread thread : started) {
            thread.join();
        }

        assertThat(counters.hits()).isEqualTo(threads * each / 4L * 3);
        assertThat(counters.misses()).isEqualTo(threads * each / 4L);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
