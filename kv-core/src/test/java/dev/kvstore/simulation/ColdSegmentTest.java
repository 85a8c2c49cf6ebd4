package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.CompactionProgress;
import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.log.GroupCommit;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.HeldStorage;
import dev.kvstore.testing.MutableClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A tombstone says that only segments begun before it can hold what it removes. So compaction must
 * begin no segment between a tombstone's append and its publication: it would copy the value there,
 * drop the tombstone later, and a rebuild of the index would find the value again.
 */
class ColdSegmentTest {

    private static final String THIRD_OF_A_SEGMENT = "x".repeat(3650);

    private final SimulatedStorage disk = new SimulatedStorage();
    private final HeldStorage held = new HeldStorage(disk);
    private final Options options = new Options(Durability.SYNC, World.SEGMENT_SIZE_BYTES, true);
    private final MutableClock clock = new MutableClock();

    @Test
    void noneIsBegunWhileADeletionWaitsForTheDisk() throws Exception {
        KeyValueStore store = StoreOpener.open(options.with(clock, false), held);
        store.set("key0", "old");
        store.set("key1", "x".repeat(800)); // too little garbage for the background
        for (String key : new String[] {"key1", "key2", "key3"}) {
            store.set(key, THIRD_OF_A_SEGMENT);
        }
        store.set("key4", THIRD_OF_A_SEGMENT); // begins the next segment

        Thread deleting = new Thread(() -> store.delete("key0"), "deleting");
        Thread releasing = new Thread(this::releaseWhenCompactionWaits, "releasing");
        AtomicBoolean first = new AtomicBoolean(true);
        Consumer<CompactionProgress> beforeTheCopies =
                progress -> {
                    if (first.getAndSet(false)) {
                        held.hold();
                        deleting.start();
                        awaitForce();
                        releasing.start();
                    }
                };
        store.compact(beforeTheCopies);
        deleting.join();
        releasing.join();
        assertThat(store.get("key0")).isNull();

        long compactions = store.stats().compactions();
        for (int i = 0; i < 8; i++) {
            store.set("key4", THIRD_OF_A_SEGMENT + i); // makes the tombstone's segment garbage
        }
        Awaitility.await().until(() -> store.stats().compactions() > compactions);
        SimulatedStorage killed = disk.cut("killed").after(Loss.nothing());
        store.close();

        KeyValueStore next = StoreOpener.open(options.with(clock, false), killed);
        assertThat(World.contents(next)).containsOnlyKeys("key1", "key2", "key3", "key4");
        next.close();
        disk.free();
        killed.free();
    }

    /**
     * A cold segment that is full before all of a victim's records have been copied is ended in the
     * middle: its hint says that copies are on the disk that nobody has forced for another reason.
     */
    @Test
    void oneThatIsEndedInTheMiddleOfAVictimIsOnTheDisk() {
        KeyValueStore store = StoreOpener.open(withoutBackground().with(clock, false), disk);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 60; i += round + 1) { // every second one is written again
                store.set("key" + i, "x".repeat(700) + round);
            }
        }
        NavigableMap<String, String> contents = all(store);
        List<PowerCut> cuts = new ArrayList<>();
        disk.observe(moment -> cuts.add(disk.cut(moment)));
        store.compact();
        disk.observe(moment -> {});
        store.close();

        assertThat(cuts).hasSizeGreaterThan(20);
        for (PowerCut cut : cuts) {
            SimulatedStorage left = cut.after(Loss.everything());
            try (KeyValueStore next =
                    StoreOpener.open(withoutBackground().with(clock, false), left)) {
                assertThat(all(next)).as(cut::toString).isEqualTo(contents);
            } finally {
                left.free();
            }
        }
        disk.free();
    }

    private static Options withoutBackground() {
        return new Options(Durability.SYNC, World.SEGMENT_SIZE_BYTES, false);
    }

    private static NavigableMap<String, String> all(KeyValueStore store) {
        NavigableMap<String, String> contents = new TreeMap<>();
        store.forEach(entry -> contents.put(entry.keyString(), entry.valueString()));
        return contents;
    }

    private void awaitForce() {
        try {
            held.awaitForce();
        } catch (InterruptedException e) {
            throw new AssertionError("Nobody interrupts this test.", e);
        }
    }

    private void releaseWhenCompactionWaits() {
        Awaitility.await().until(ColdSegmentTest::doesCompactionWaitForTheDisk);
        held.release();
    }

    private static boolean doesCompactionWaitForTheDisk() {
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            if (thread.getKey().getName().equals("kv-compactor")
                    && thread.getKey().getState() == Thread.State.WAITING
                    && Arrays.stream(thread.getValue())
                            .anyMatch(
                                    frame ->
                                            frame.getClassName()
                                                    .equals(GroupCommit.class.getName()))) {
                return true;
            }
        }
        return false;
    }
}
