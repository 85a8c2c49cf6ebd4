package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/**
 * A power cut takes the first page of a segment, and with it the header that says which life the
 * segment is in, and leaves a record of that life behind it. The next life of the segment must have
 * another generation: else, when its own records end just where the old one begins, the old one
 * would pass for its continuation.
 */
class LostHeaderTest {

    private static final int RECORD_OVERHEAD = 20 + History.key(0).length();
    private static final String TO_PAGE_END = "x".repeat(4096 - 128 - RECORD_OVERHEAD);
    private static final String PAGE = "y".repeat(4096 - RECORD_OVERHEAD);

    private final Options options = new Options(Durability.OS, World.SEGMENT_SIZE_BYTES, false);
    private final MutableClock clock = new MutableClock();

    @Test
    void recordOfTheLifeBeforeIsNotRead() {
        SimulatedStorage first = new SimulatedStorage();
        KeyValueStore store = open(first);
        store.set(History.key(0), TO_PAGE_END);
        store.set(History.key(1), PAGE);
        SimulatedStorage second = first.cut("both written").after(only(page -> page > 0));
        store.close();

        store = open(second);
        assertThat(World.contents(store)).isEmpty();
        store.set(History.key(2), TO_PAGE_END);
        SimulatedStorage third = second.cut("one written").after(only(page -> page == 0));
        store.close();

        store = open(third);
        assertThat(World.contents(store)).containsOnlyKeys(History.key(2));
        store.close();
        first.free();
        second.free();
        third.free();
    }

    private KeyValueStore open(SimulatedStorage storage) {
        return StoreOpener.open(options.with(clock, false), storage);
    }

    /** Of what was not forced, some pages of segments reach the disk. */
    private static Loss only(IntPredicate kept) {
        return new Loss() {
            @Override
            public int keptSectors(String file, int page) {
                return file.endsWith(".kvs") && kept.test(page) ? WHOLE_PAGE : 0;
            }

            @Override
            public boolean keepsName(int change) {
                return true;
            }

            @Override
            public long size(long durableSize, long size) {
                return size;
            }

            @Override
            public String toString() {
                return "some pages of segments are kept";
            }
        };
    }
}
