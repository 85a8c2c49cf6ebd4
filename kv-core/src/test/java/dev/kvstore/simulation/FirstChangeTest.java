package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.Durability;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreFailedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import dev.kvstore.WriteBatch;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.testing.MutableClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A store that is opened is on the disk as it was closed until somebody changes something. Before
 * that, and before all else, the index is marked in use, durably.
 */
class FirstChangeTest {

    private static final int KEYS = 40;
    private static final String QUARTER_OF_A_SEGMENT = "x".repeat(2700);

    private final SimulatedStorage disk = new SimulatedStorage();

    /** What was done to the disk since the store was opened. */
    private final List<String> moments = new CopyOnWriteArrayList<>();

    /** What was on its way to the disk at each of these moments. */
    private final List<PowerCut> cuts = new CopyOnWriteArrayList<>();

    /** What the close left on its way to the disk: hints of segments that are free. */
    private Set<String> atRisk = Set.of();

    @BeforeEach
    void closeAStore() {
        try (KeyValueStore store = StoreOpener.open(options(false), disk)) {
            for (int i = 0; i < KEYS; i++) {
                store.set(History.key(i), QUARTER_OF_A_SEGMENT + i);
            }
            for (int i = 0; i < KEYS; i += 2) {
                store.delete(History.key(i)); // so that there is something to compact
            }
            // Else the next open would have one made.
            Awaitility.await().until(() -> store.stats().freeSegments() > 0);
        }
        observe();
    }

    private void observe() {
        atRisk = disk.cut("after the close").filesAtRisk();
        disk.observe(
                moment -> {
                    cuts.add(disk.cut(moment));
                    moments.add(moment);
                });
    }

    @AfterEach
    void nothingIsLeft() {
        disk.observe(moment -> {});
        assertThat(disk.mappedRegions()).isZero();
        disk.free();
    }

    @Test
    void whatIsOnlyReadStaysAsItWasClosed() {
        KeyValueStore store = StoreOpener.open(options(false), disk);
        checkAll(store);
        try (Stream<Entry> entries = store.scan("")) {
            assertThat(entries).hasSize(KEYS / 2);
        }
        assertThat(store.verify().isSound()).isTrue();
        store.sync();
        assertThat(disk.cut("after reading").filesAtRisk()).isEmpty();
        SimulatedStorage killed = disk.cut("after reading").after(Loss.nothing());
        store.close();

        assertThat(moments).isEmpty();
        assertThat(disk.cut("after the close").filesAtRisk()).isEmpty();
        for (SimulatedStorage left : List.of(killed, disk)) {
            try (KeyValueStore again = StoreOpener.open(options(false), left)) {
                assertThat(again.stats().recovery().clean()).isTrue();
                checkAll(again);
            }
        }
        killed.free();
    }

    /** Once the store is quiet, compaction looks for what could be given back. */
    @Test
    void whatIsOnlyReadStaysSoWhileThereIsCompaction() throws IOException {
        try (KeyValueStore store = StoreOpener.open(compactingLittle(), disk)) {
            store.compact();
            awaitQuiet(store); // the preparer may have made a segment too many meanwhile
        }
        disk.delete("segment.kvs.new"); // as if there had not been room for it
        moments.clear();
        try (KeyValueStore store = StoreOpener.open(compactingLittle(), disk)) {
            awaitQuiet(store);
            checkAll(store);
        }
        assertThat(moments).isEmpty();
    }

    private static void awaitQuiet(KeyValueStore store) {
        Awaitility.await()
                .pollDelay(Duration.ofMillis(700))
                .until(() -> store.stats().freeSegments() <= 1);
    }

    /** A copy that is lost is written again when a store is opened. */
    @Test
    void theIndexIsMarkedBeforeACopyIsMended() throws IOException {
        MappedRegion storeFile = disk.map("store.kv", 0, 4096, false);
        ByteBuffer copies = storeFile.buffer();
        long older = copies.getLong(40) < copies.getLong(2048 + 40) ? 0 : 2048;
        storeFile.unmap();
        damage("store.kv", older);
        try (KeyValueStore store = StoreOpener.open(options(false), disk)) {
            assertMarkedFirst();
            assertThat(moments).anyMatch(moment -> moment.contains("force store.kv"));
            checkAll(store);
        }
    }

    /** The close may come before the preparer has heard of it. */
    @Test
    void theIndexIsMarkedFirstAtACloseAfterDamage() throws IOException {
        damage("index.kvi", 4096 * 5);
        KeyValueStore store = StoreOpener.open(options(false), disk);
        for (int i = 0; i < KEYS; i++) {
            try {
                store.contains(History.key(i));
            } catch (StoreCorruptedException e) {
                assertThat(e).hasMessageContaining("index.kvi");
            }
        }
        store.close();
        assertThat(moments.get(0)).contains("force index.kvi from 0, 4096");
    }

    private void damage(String file, long offset) throws IOException {
        MappedRegion region = disk.map(file, offset, 8, true);
        region.buffer().putLong(0, region.buffer().getLong(0) + 1);
        region.force(0, 8);
        region.unmap();
        moments.clear();
        cuts.clear();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void theIndexIsMarkedFirst(String name, Consumer<KeyValueStore> change) {
        try (KeyValueStore store = StoreOpener.open(options(false), disk)) {
            assertThat(moments).isEmpty();
            change.accept(store);
            assertMarkedFirst();
        }
    }

    static Stream<Arguments> changes() {
        byte[] value = "value".getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                change("set", store -> store.set("new", "value")),
                change("set of what is there", store -> store.set(History.key(1), "value")),
                change("set that expires", store -> store.set("new", "v", Duration.ofDays(1))),
                change("update", store -> store.update(History.key(1), "value")),
                change("setIfAbsent", store -> store.setIfAbsent("new", "value")),
                change("delete", store -> store.delete(History.key(1))),
                change("write", store -> store.write(new WriteBatch().set(value, value))),
                change("compact", KeyValueStore::compact));
    }

    private static Arguments change(String name, Consumer<KeyValueStore> change) {
        return Arguments.of(name, change);
    }

    @Test
    void theIndexIsMarkedBeforeFreeSegmentsAreGivenBack() {
        disk.observe(moment -> {});
        leaveFreeSegments();
        observe();
        try (KeyValueStore store = StoreOpener.open(compactingLittle(), disk)) {
            Awaitility.await().until(() -> !moments.isEmpty());
            assertMarkedFirst();
            Awaitility.await().until(() -> store.stats().freeSegments() == 1);
            assertThat(store.stats().compactions()).isZero();
            checkAll(store);
        }
    }

    /**
     * While a store is busy it keeps some. It is closed before it is quiet, and when there is
     * little to compact, or that is repeated.
     */
    private void leaveFreeSegments() {
        boolean left = false;
        while (!left) {
            try (KeyValueStore store = StoreOpener.open(options(true), disk)) {
                for (int i = 1; i < KEYS; i += 2) {
                    store.set(History.key(i), QUARTER_OF_A_SEGMENT + i);
                }
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> store.stats().freeSegments() > 2);
            }
            try (KeyValueStore store = StoreOpener.open(options(false), disk)) {
                StoreStats stats = store.stats();
                left = stats.freeSegments() > 2 && stats.garbageRatio() < 0.3;
            }
        }
    }

    @Test
    void theIndexIsMarkedBeforeASegmentIsMade() {
        disk.observe(moment -> {});
        try (KeyValueStore store = StoreOpener.open(options(false), disk)) {
            fill(store, 1000);
            disk.limitTo(disk.usedBytes());
            assertThatThrownBy(() -> fill(store, 100_000)).isInstanceOf(StoreFullException.class);
            for (int i = 0; store.stats().freeSegments() > 0; i++) {
                assertThat(store.delete("more" + i)).isTrue(); // may use the reserve
            }
        }
        disk.limitTo(Long.MAX_VALUE);
        observe();
        try (KeyValueStore store = StoreOpener.open(options(false), disk)) {
            Awaitility.await().until(() -> !moments.isEmpty());
            assertMarkedFirst();
            Awaitility.await().until(() -> store.stats().freeSegments() == 1);
            checkAll(store);
        }
    }

    private static void fill(KeyValueStore store, int count) {
        for (int i = 0; i < count; i++) {
            store.set("more" + i, "");
        }
    }

    /** Else a store that is killed each time would come back with the damage each time. */
    @Test
    void theIndexIsMarkedWhenItIsFoundDamaged() throws IOException {
        damage("index.kvi", 4096 * 5);
        KeyValueStore store = StoreOpener.open(options(false), disk);
        Awaitility.await().until(() -> moments.size() == 2);
        assertThat(moments.get(1)).contains("after").contains("force index.kvi from 0, 4096");
        SimulatedStorage killed = disk.cut("after damage was found").after(Loss.everything());
        try (KeyValueStore again = StoreOpener.open(options(false), killed)) {
            assertThat(again.stats().recovery().clean()).isFalse();
            checkAll(again);
        }
        killed.free();
        store.close();
    }

    @Test
    void nothingIsChangedWhereTheIndexCannotBeMarked() {
        KeyValueStore store = StoreOpener.open(options(false), disk);
        disk.failWith(Faults.in(Thread.currentThread().getName(), Faults.Kind.EIO));
        assertThatThrownBy(() -> store.set("new", "value"))
                .isInstanceOf(StoreFailedException.class)
                .hasMessageContaining("force index.kvi");
        disk.failWith(Faults.none());
        // A force that has failed proves nothing when it is tried again.
        assertThatThrownBy(() -> store.set("new", "value"))
                .isInstanceOf(StoreFailedException.class);
        assertThatThrownBy(store::compact).isInstanceOf(StoreFailedException.class);
        assertThat(store.stats().state()).isEqualTo(StoreState.FAILED);
        checkAll(store);
        assertThat(moments).isEmpty();
        assertThatThrownBy(store::close).isInstanceOf(StoreFailedException.class);
        assertThat(moments).isEmpty();

        for (Loss loss : List.of(Loss.nothing(), Loss.everything())) {
            SimulatedStorage left = disk.cut("after the close").after(loss);
            try (KeyValueStore again = StoreOpener.open(options(false), left)) {
                assertThat(again.stats().keys()).isEqualTo(KEYS / 2);
                checkAll(again);
            }
            left.free();
        }
    }

    private void assertMarkedFirst() {
        assertThat(moments.get(0)).contains("during").contains("force index.kvi from 0, 4096");
        Set<String> changed = cuts.get(0).filesAtRisk();
        changed.removeAll(atRisk);
        assertThat(changed).containsExactly("index.kvi");
        List<String> left = new ArrayList<>();
        for (Loss loss : List.of(Loss.nothing(), Loss.everything())) {
            SimulatedStorage then = cuts.get(0).after(loss);
            try (KeyValueStore again = StoreOpener.open(options(false), then)) {
                checkAll(again);
                left.add(loss + ": " + again.stats().recovery().clean());
            }
            then.free();
        }
        assertThat(left)
                .containsExactly("nothing is lost: false", "all that was not forced is lost: true");
    }

    private static void checkAll(KeyValueStore store) {
        for (int i = 0; i < KEYS; i++) {
            String expected = i % 2 == 0 ? null : QUARTER_OF_A_SEGMENT + i;
            assertThat(store.get(History.key(i))).isEqualTo(expected);
        }
    }

    private static StoreOptions options(boolean inBackground) {
        return new World.Options(Durability.OS, World.SEGMENT_SIZE_BYTES, inBackground)
                .with(new MutableClock(), false);
    }

    /** As {@link #options}, with so much garbage left that there is nothing to compact. */
    private static StoreOptions compactingLittle() {
        StoreOptions usual = options(true);
        return new StoreOptions(
                usual.dataPath(),
                usual.indexPath(),
                usual.durability(),
                usual.forceInterval(),
                usual.segmentSizeBytes(),
                usual.maxKeySizeBytes(),
                usual.maxValueSizeBytes(),
                new CompactionOptions(true, Duration.ofHours(1), 0.9, 0),
                usual.readOnly(),
                usual.verifyChecksums(),
                usual.freeDiskFloorBytes(),
                usual.clock());
    }
}
