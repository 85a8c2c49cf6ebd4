package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** A power cut takes the header of a segment, which says which life the segment is in. */
class LostHeaderTest {

    private static final int RECORD_OVERHEAD = 20 + History.key(0).length();
    private static final String TO_PAGE_END = "x".repeat(4096 - 128 - RECORD_OVERHEAD);
    private static final String PAGE = "y".repeat(4096 - RECORD_OVERHEAD);

    private final MutableClock clock = new MutableClock();

    /**
     * A record of that life is left behind the header. The next life of the segment must have
     * another generation: else, when its own records end just where the old one begins, the old one
     * would pass for its continuation.
     */
    @Test
    void recordOfTheLifeBeforeIsNotRead() {
        SimulatedStorage first = new SimulatedStorage();
        KeyValueStore store = open(first, Durability.OS);
        store.set(History.key(0), TO_PAGE_END);
        store.set(History.key(1), PAGE);
        SimulatedStorage second = first.cut("both written").after(only(page -> page > 0));
        store.close();

        store = open(second, Durability.OS);
        assertThat(World.contents(store)).isEmpty();
        store.set(History.key(2), TO_PAGE_END);
        SimulatedStorage third = second.cut("one written").after(only(page -> page == 0));
        store.close();

        store = open(third, Durability.OS);
        assertThat(World.contents(store)).containsOnlyKeys(History.key(2));
        store.close();
        first.free();
        second.free();
        third.free();
    }

    /**
     * The first write after a kill begins a segment, even if it is a deletion that finds nothing to
     * delete. A close must force the header all the same: the note that it leaves names that life.
     */
    @Test
    void isOnTheDiskAfterACloseIfNothingFollowsIt() {
        SimulatedStorage first = new SimulatedStorage();
        KeyValueStore store = open(first, Durability.SYNC);
        store.set(History.key(0), "v");
        store.set(History.key(1), "v");
        store.set(History.key(1), "w");
        store.compact();
        store.set(History.key(0), "w".repeat(World.SEGMENT_SIZE_BYTES * 4 / 5)); // not compacted
        SimulatedStorage second = first.cut("killed").after(Loss.nothing());
        store.close();

        store = open(second, Durability.SYNC);
        assertThat(store.compact().segmentsCompacted()).isEqualTo(1);
        store.delete(History.key(2));
        store.close();
        SimulatedStorage third = second.cut("closed").after(Loss.everything());

        store = open(third, Durability.SYNC);
        assertThat(store.stats().recovery().clean()).isTrue();
        assertThat(World.contents(store)).containsOnlyKeys(History.key(0), History.key(1));
        store.close();
        first.free();
        second.free();
        third.free();
    }

    private KeyValueStore open(SimulatedStorage storage, Durability durability) {
        Options options = new Options(durability, World.SEGMENT_SIZE_BYTES, false);
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
