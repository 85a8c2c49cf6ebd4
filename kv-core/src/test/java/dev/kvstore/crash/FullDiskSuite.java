package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kvstore.CompactionReport;
import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreListener;
import dev.kvstore.StoreState;
import dev.kvstore.WriteBatch;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds when a disk is full: a write that finds no room is refused with an exception of its
 * own before any harm is done, everything else goes on, and so do writes once there is room.
 */
abstract class FullDiskSuite {

    static final int DISK_MEBIBYTES = 24;

    private static final int VALUE_BYTES = 3000;

    /** As many as find room in what is kept for them, before compaction has to make some. */
    private static final int DELETES = 800;

    private final List<KeyValueStore> opened = new ArrayList<>();
    private @Nullable SmallDisk disk;

    abstract SmallDisk mount() throws IOException;

    @BeforeEach
    void mountOne() throws IOException {
        disk = mount();
    }

    @AfterEach
    void unmount() throws IOException {
        try {
            opened.forEach(KeyValueStore::close);
        } finally {
            if (disk != null) {
                disk.close();
            }
        }
    }

    @Test
    void anAllocationThatFindsNoRoomLeavesNothing() throws IOException {
        SmallDisk small = Objects.requireNonNull(disk);
        small.leave(2 << 20);
        try (Storage storage = DiskStorage.open(small.root().resolve("files"), true)) {
            storage.allocate("old", 8192);
            long free = small.free();

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> storage.allocate("old", 4 << 20));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> storage.allocate("new", 4 << 20));

            assertThat(storage.size("old")).isEqualTo(8192);
            assertThat(storage.size("new")).isEqualTo(-1);
            assertThat(small.free()).isGreaterThan(free - (64 << 10));
        }
    }

    @Test
    void aFirstOpenSucceedsOrIsRefusedAndCanBeRepeated() throws IOException {
        for (int left = 0; left < 5 << 20; left += left < 16 << 10 ? 4096 : 450_000) {
            openFirst(disk().root().resolve("store-" + left), left);
            renewDisk();
        }
    }

    private void openFirst(Path directory, int left) throws IOException {
        disk().leave(left);
        try (KeyValueStore store = open(directory)) {
            store.set("k", "v");
        } catch (StoreFullException full) {
            assertThat(full).hasMessageContaining(directory.toString());
        }
        disk().makeRoom();
        try (KeyValueStore store = open(directory)) {
            assertThat(store.get("k")).isIn(null, "v");
            store.set("k", "w");
        }
        try (KeyValueStore store = open(directory)) {
            assertThat(store.get("k")).isEqualTo("w");
        }
    }

    @Test
    void aStoreThatFillsTheDiskIsReadAndEmptiedAndWrittenAgain() {
        KeyValueStore store = open(directory());
        int count = writeUntilFull(store, 0);
        assertThat(store.stats().state()).isEqualTo(StoreState.FULL);

        for (int i = 0; i < count; i++) {
            assertHolds(store, i, 1, VALUE_BYTES);
        }
        for (int i = 0; i < DELETES; i++) {
            assertThat(store.delete(key(i))).isTrue();
        }
        store.compact();
        fill(store, count, count + DELETES / 2, 1, VALUE_BYTES);
        await().until(() -> store.stats().state() == StoreState.OPEN);

        assertThat(store.size()).isEqualTo(count - DELETES / 2);
        reopenAndCompare(store);
    }

    @Test
    void writesGoOnByThemselvesWhenAForeignFileGoes() throws IOException {
        KeyValueStore store = open(directory());
        fill(store, 0, 200, 1, VALUE_BYTES);
        disk().leave(0);
        int count = writeUntilFull(store, 200);

        for (int i = 0; i < count; i++) {
            assertHolds(store, i, 1, VALUE_BYTES);
        }
        assertThat(store.delete(key(0))).isTrue();
        assertThat(store.stats().state()).isEqualTo(StoreState.FULL);
        assertThat(store.stats().failure()).isNotNull();

        disk().makeRoom();
        store.set(key(count), value(count, 1, VALUE_BYTES));
        await().until(() -> store.stats().state() == StoreState.OPEN);
        fill(store, count + 1, count + 200, 1, VALUE_BYTES);
        assertThat(store.size()).isEqualTo(count + 199);
        reopenAndCompare(store);
    }

    @Test
    void segmentsAreSealedWhenHardlyAByteIsLeft() throws IOException {
        for (int left = 0; left <= 160 << 10; left += 16 << 10) {
            sealSegments(left);
            renewDisk();
        }
    }

    private void sealSegments(int left) throws IOException {
        KeyValueStore store = open(directory());
        fill(store, 0, 30, left, VALUE_BYTES);
        disk().leave(left);
        int count = writeUntilFull(store, 30, left);
        disk().makeRoom();
        store.set(key(count), value(count, left, VALUE_BYTES));
        assertThat(store.size()).isEqualTo(count + 1);
        reopenAndCompare(store);
    }

    @Test
    void compactionFreesRoomWhenNotAByteIsLeft() throws IOException {
        KeyValueStore store = open(directory());
        fill(store, 0, 600, 1, VALUE_BYTES);
        fill(store, 0, 600, 2, VALUE_BYTES);
        disk().leave(0);
        writeUntilFull(store, 600, 2);
        for (int i = 0; i < 300; i++) {
            assertThat(store.delete(key(i))).isTrue();
        }
        long before = store.stats().diskBytes();

        store.compact();

        assertThat(store.stats().diskBytes()).isLessThan(before - (2 << 20));
        fill(store, 300, 500, 3, VALUE_BYTES);
        reopenAndCompare(store);
    }

    @Test
    void aRefusedBatchLeavesNothing() throws IOException {
        KeyValueStore store = open(directory());
        fill(store, 0, 100, 1, VALUE_BYTES);
        disk().leave(0);
        int batches = 0;
        try {
            for (; batches < 10_000; batches++) {
                store.write(batch(batches));
            }
        } catch (StoreFullException full) {
            assertThat(store.get("first-" + batches)).isNull();
            assertThat(store.get("last-" + batches)).isNull();
        }
        assertThat(store.size()).isEqualTo(100 + 12L * batches);
        store.write(new WriteBatch().delete(key(0)).delete(key(1)));
        assertThat(store.size()).isEqualTo(100 + 12L * batches - 2);
        reopenAndCompare(store);
    }

    @Test
    void aValueTooLargeForTheDiskHindersNoOther() throws IOException {
        KeyValueStore store = open(directory());
        fill(store, 0, 100, 1, VALUE_BYTES);
        disk().leave(1 << 20);

        for (int size : new int[] {2 << 20, (1 << 20) + 8192, 12 << 20}) {
            assertThatExceptionOfType(StoreFullException.class)
                    .isThrownBy(() -> store.set("large", "x".repeat(size)));
            store.set("small", "y");
        }
        store.set("large", "x".repeat(500_000));
        disk().makeRoom();
        store.set("large", "x".repeat(2 << 20));

        assertThat(store.get("large")).hasSize(2 << 20);
        reopenAndCompare(store);
    }

    @Test
    void anIndexThatCannotGrowHindersNoReadAndNoDelete(@TempDir Path elsewhere) throws IOException {
        KeyValueStore store =
                open(
                        options().toBuilder(elsewhere.resolve("data"))
                                .segmentSizeBytes(4 << 20)
                                .durability(Durability.OS)
                                .indexPath(directory().resolve("index")));
        disk().leave(1 << 20);
        int count = 0;
        try {
            for (; count < 2_000_000; count += 1000) {
                WriteBatch batch = new WriteBatch();
                for (int i = count; i < count + 1000; i++) {
                    batch.set(key(i), bytes("v" + i));
                }
                store.write(batch);
            }
        } catch (StoreFullException full) {
            assertThat(full).hasMessageContaining("index");
        }
        assertThat(count).isBetween(1000, 1_999_000);
        assertThat(store.size()).isEqualTo(count);
        assertThat(store.get("key-" + (count - 1))).isEqualTo("v" + (count - 1));
        assertThat(store.delete("key-0")).isTrue();

        disk().makeRoom();
        store.set("key-0", "back");
        fill(store, count, count + 1000, 1, 10);
        store.close();
        try (KeyValueStore again =
                KeyValueStore.builder()
                        .dataPath(elsewhere.resolve("data"))
                        .indexPath(directory().resolve("index"))
                        .open()) {
            assertThat(again.stats().recovery().clean()).isTrue();
            assertThat(again.size()).isEqualTo(count + 1000);
        }
    }

    @Test
    void aStoreIsClosedAndOpenedWhenNotAByteIsLeft() throws IOException {
        KeyValueStore store = open(directory());
        fill(store, 0, 500, 1, VALUE_BYTES);
        disk().leave(0);
        StoreContents contents = StoreContents.of(store);
        store.close();

        try (KeyValueStore again = open(directory())) {
            assertThat(again.stats().recovery().clean()).isTrue();
            StoreContents.of(again).assertSameAs(contents);
            again.delete(key(0));
        }
        disk().makeRoom();
        try (KeyValueStore again = open(directory())) {
            assertThat(again.size()).isEqualTo(499);
        }
    }

    @Test
    void recoverySucceedsOrIsRefusedAndCanBeRepeated(@TempDir Path elsewhere) throws IOException {
        Path ruins = elsewhere.resolve("ruins");
        StoreContents contents = leaveRuins(ruins);
        renewDisk();
        for (int left = 0; left <= 5 << 20; left += left < 16 << 10 ? 4096 : 900_000) {
            for (boolean withIndex : new boolean[] {true, false}) {
                Path directory = disk().root().resolve("ruins-" + left + withIndex);
                StoreFiles.copyAtRest(ruins, directory);
                if (!withIndex) {
                    assertThat(directory.resolve("index.kvi").toFile().delete()).isTrue();
                }
                recover(directory, left, contents);
                renewDisk();
            }
        }
    }

    /** Copies the files of a store in use, as a killed process would leave them. */
    private StoreContents leaveRuins(Path ruins) {
        try (KeyValueStore store = open(directory())) {
            fill(store, 0, 300, 1, VALUE_BYTES);
            StoreFiles.copyAtRest(directory(), ruins);
            return StoreContents.of(store);
        }
    }

    private void recover(Path directory, int left, StoreContents contents) throws IOException {
        disk().leave(left);
        for (int attempt = 0; attempt < 2; attempt++) {
            try (KeyValueStore store = open(directory)) {
                StoreContents.of(store).assertSameAs(contents);
            } catch (StoreFullException full) {
                assertThat(full).hasMessageContaining(directory.toString());
            }
        }
        disk().makeRoom();
        try (KeyValueStore store = open(directory)) {
            StoreContents.of(store).assertSameAs(contents);
        }
    }

    @Test
    void theFloorIsKept() {
        long floor = 6 << 20;
        KeyValueStore store = open(options().toBuilder(directory()).freeDiskFloorBytes(floor));

        int count = writeUntilFull(store, 0);

        assertThat(disk().free()).isGreaterThanOrEqualTo(floor - (64 << 10));
        assertThat(disk().free()).isLessThan(floor + (4 << 20));
        for (int i = 0; i < DELETES; i++) {
            assertThat(store.delete(key(i))).isTrue();
        }
        store.compact();
        fill(store, 0, DELETES / 2, 2, VALUE_BYTES);
        assertThat(disk().free()).isGreaterThanOrEqualTo(floor - (64 << 10));
        assertThat(store.size()).isEqualTo(count - DELETES / 2);
        reopenAndCompare(store);
    }

    /** Less garbage than is worth a compaction elsewhere is worth one where there is no room. */
    @Test
    void aFullStoreGoesOnAfterFewDeletions() {
        StoreOptions compacted = options().withBackgroundCompaction(0.8);
        KeyValueStore store = open(compacted.toBuilder(directory()).freeDiskFloorBytes(1 << 20));
        int count = writeUntilFull(store, 0);

        goOnAfterFewDeletions(store, count);
    }

    @Test
    void aFullStoreGoesOnAfterFewDeletionsWhenNotAByteIsLeft() throws IOException {
        StoreOptions compacted = options().withBackgroundCompaction(0.8);
        KeyValueStore store = open(compacted.toBuilder(directory()).freeDiskFloorBytes(0));
        int count = writeUntilFull(store, 0);
        disk().leave(0);

        goOnAfterFewDeletions(store, count);
    }

    /** Else they take the segment that it copies to, and it can free nothing any more. */
    @ParameterizedTest
    @ValueSource(ints = {VALUE_BYTES, 250})
    void deletionsWaitForCompactionWhenNotAByteIsLeft(int valueBytes) throws IOException {
        KeyValueStore store = open(compactedWhenAsked());
        int count = fillTheDisk(store, valueBytes);

        deleteEveryTenth(store, count);

        goOnAfterCompaction(store, count, valueBytes);
    }

    @Test
    void deletionsDoNotWaitForTheRateOfCompaction() throws IOException {
        KeyValueStore store = open(compactedWhenAsked().compactionRateLimitBytesPerSecond(1000));
        int count = fillTheDisk(store, 250);

        deleteEveryTenth(store, count);

        goOnAfterCompaction(store, count, 250);
    }

    @Test
    void deletionsWaitForTheCompactionThatAnotherOneGivesWayTo() throws IOException {
        KeyValueStore store = open(compactedWhenAsked());
        int count = fillTheDisk(store, 250);
        Workers workers = new Workers();
        AtomicBoolean begun = new AtomicBoolean();
        store.addListener(
                new StoreListener() {
                    @Override
                    public BiConsumer<@Nullable CompactionReport, @Nullable Throwable>
                            compactionStarted() {
                        if (begun.compareAndSet(false, true)) {
                            workers.start(store::compact);
                        }
                        return (report, failure) -> {};
                    }
                });

        deleteEveryTenth(store, count);

        workers.finish();
        goOnAfterCompaction(store, count, 250);
    }

    private KeyValueStoreBuilder compactedWhenAsked() {
        return options().withBackgroundCompaction(0.8).toBuilder(directory())
                .compactionInterval(Duration.ofHours(1))
                .freeDiskFloorBytes(0);
    }

    private int fillTheDisk(KeyValueStore store, int valueBytes) throws IOException {
        int count = writeUntilFull(store, 0, 1, valueBytes);
        disk().leave(0);
        return count;
    }

    private static void deleteEveryTenth(KeyValueStore store, int count) {
        for (int i = 0; i < count; i += 10) {
            assertThat(store.delete(key(i))).isTrue();
        }
    }

    private void goOnAfterCompaction(KeyValueStore store, int count, int valueBytes) {
        store.compact();
        fill(store, count, count + count / 20, 1, valueBytes);
        reopenAndCompare(store);
    }

    private void goOnAfterFewDeletions(KeyValueStore store, int count) {
        deleteEveryTenth(store, count);

        for (int i = 0; i < count / 2; i += 10) {
            int number = i;
            await().pollDelay(Duration.ZERO)
                    .ignoreException(StoreFullException.class)
                    .until(
                            () -> {
                                store.set(key(number), value(number, 2, VALUE_BYTES));
                                return true;
                            });
        }
        reopenAndCompare(store);
    }

    // ---------------------------------------------------------------- what they have in common

    private SmallDisk disk() {
        return Objects.requireNonNull(disk);
    }

    private Path directory() {
        return disk().root().resolve("store");
    }

    private void renewDisk() throws IOException {
        opened.clear();
        disk().close();
        disk = mount();
    }

    private static StoreOptions options() {
        return StoreOptions.defaults().withDurability(Durability.INTERVAL);
    }

    private KeyValueStore open(Path directory) {
        return open(options().toBuilder(directory).freeDiskFloorBytes(0));
    }

    private KeyValueStore open(KeyValueStoreBuilder builder) {
        KeyValueStore store = builder.open();
        opened.add(store);
        return store;
    }

    private static int writeUntilFull(KeyValueStore store, int from) {
        return writeUntilFull(store, from, 1);
    }

    private static int writeUntilFull(KeyValueStore store, int from, int version) {
        return writeUntilFull(store, from, version, VALUE_BYTES);
    }

    /** Returns the number of the first key that was refused. */
    private static int writeUntilFull(KeyValueStore store, int from, int version, int valueBytes) {
        int count = from;
        try {
            for (; count < from + 100_000; count++) {
                store.set(key(count), value(count, version, valueBytes));
            }
        } catch (StoreFullException full) {
            assertThat(full).hasMessageContaining("Nothing was written");
            assertThat(store.contains(key(count))).isFalse();
            return count;
        }
        throw new AssertionError("The disk never was full.");
    }

    private static WriteBatch batch(int number) {
        WriteBatch batch = new WriteBatch().set("first-" + number, "v");
        for (int i = 0; i < 10; i++) {
            batch.set(bytes("middle-" + number + "-" + i), value(i, number, 400));
        }
        return batch.set("last-" + number, "v");
    }

    private void reopenAndCompare(KeyValueStore store) {
        StoreContents contents = StoreContents.of(store);
        store.close();
        try (KeyValueStore again = open(directory())) {
            assertThat(again.stats().recovery().clean()).isTrue();
            StoreContents.of(again).assertSameAs(contents);
        }
    }
}
