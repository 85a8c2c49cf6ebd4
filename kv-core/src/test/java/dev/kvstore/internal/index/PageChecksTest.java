package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.testing.Seed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageChecksTest {

    private static final int PAGES = 1024;
    private static final int SPINS_BEFORE_YIELD = 1000;
    private static final int ROUNDS = 10;

    private final long seed = Seed.announce("PageChecksTest");
    private final ByteBuffer region =
            ByteBuffer.allocateDirect(PAGES * 4096).order(ByteOrder.LITTLE_ENDIAN);
    private final PageTable table = new PageTable(4, 1, new ByteBuffer[] {region});

    /** Who reads a page while its first change is made must not take the change for damage. */
    @Test
    void aPageThatIsBeingChangedIsNotDamaged() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            PageChecks checks = new PageChecks(PageChecks.checksums(table, PAGES, null));
            AtomicInteger arrived = new AtomicInteger();
            AtomicInteger mistakes = new AtomicInteger();
            Random delays = new Random(seed + round);
            Thread writer =
                    new Thread(
                            () -> {
                                for (int page = 1; page < PAGES; page++) {
                                    meet(arrived, page);
                                    if (!checks.isSound(table, page)) {
                                        mistakes.incrementAndGet();
                                    }
                                    for (int i = 0; i < 4096; i += 64) {
                                        long old = region.getLong(page * 4096 + i);
                                        PageTable.LONGS.setRelease(
                                                region, page * 4096 + i, old + 1);
                                    }
                                }
                            });
            writer.start();
            for (int page = 1; page < PAGES; page++) {
                meet(arrived, page);
                // So that this check is sometimes in its middle when that one has ended.
                for (int i = delays.nextInt(200); i > 0; i--) {
                    Thread.onSpinWait();
                }
                if (!checks.isSound(table, page)) {
                    mistakes.incrementAndGet();
                }
            }
            writer.join();
            assertThat(mistakes).hasValue(0);
        }
    }

    /** Returns when both threads have come to a page. */
    private static void meet(AtomicInteger arrived, int page) {
        arrived.incrementAndGet();
        for (int spins = 0; arrived.get() < 2 * page; spins++) {
            if (spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield(); // to the other one, where there is one processor
            }
        }
    }
}
