package dev.kvstore.salvage;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreLockedException;
import dev.kvstore.StoreReadOnlyException;
import dev.kvstore.testing.StoreCall;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A store that is opened read-only answers everything and changes no byte, whatever it finds. */
class ReadOnlyTest {

    private static final StoreOptions READ_ONLY = StoreOptions.defaults().withReadOnly(true);

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @Test
    void aStoreThatWasClosedIsReadAndNotChanged() {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        StoreContents before = StoreContents.of(store);
        long lastSequence = store.stats().lastSequence();
        stores.close();

        assertReadAndNotChanged(stores.directory(), before, lastSequence, true);
    }

    @Test
    void aStoreThatWasKilledIsReadAndNotChanged() {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        StoreContents before = StoreContents.of(store);
        long lastSequence = store.stats().lastSequence();
        Path killed = stores.beside("killed");
        StoreFiles.copyAtRest(stores.directory(), killed);

        assertReadAndNotChanged(killed, before, lastSequence, false);
    }

    /** What lies behind the end of the log is left out of account, and left where it is. */
    @Test
    void aTornEndIsPassedOverAndNotChanged() {
        KeyValueStore store = stores.open();
        for (int i = 0; i < 4; i++) {
            store.set(bytes("large-" + i), value(i, 1, 40_000)); // each in a segment of its own
        }
        Path killed = stores.beside("killed");
        StoreFiles.copyAtRest(stores.directory(), killed);
        for (Path file : StoreDirectory.files(killed)) {
            if (file.toString().endsWith(".hint")) {
                assertThat(file.toFile().delete()).isTrue();
            }
        }
        new DamagedFile(killed.resolve("segment-00000001.kvs")).flip(500);
        Map<String, byte[]> files = StoreDirectory.contents(killed);

        try (KeyValueStore readOnly = READ_ONLY.toBuilder(killed).open()) {
            assertThat(readOnly.size()).isOne();
            assertThat(readOnly.get(bytes("large-0"))).isEqualTo(value(0, 1, 40_000));
            assertThat(readOnly.stats().recovery().cutBytes()).isPositive();
            assertThat(readOnly.stats().segments()).isEqualTo(2);
            assertThat(readOnly.verify().problems()).isEmpty();
        }
        assertSame(StoreDirectory.contents(killed), files);
    }

    @Test
    void aDamagedStoreIsRefusedAndNotChanged() {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        stores.close();
        assertThat(stores.directory().resolve("index.kvi").toFile().delete()).isTrue();
        SalvageModel model = new SalvageModel(StoreDirectory.contents(stores.directory()));
        for (Path file : StoreDirectory.files(stores.directory())) {
            if (model.holdsRecords(file.getFileName().toString())) {
                new DamagedFile(file).flip(150);
            }
        }
        Map<String, byte[]> files = StoreDirectory.contents(stores.directory());

        assertThatExceptionOfType(StoreCorruptedException.class)
                .isThrownBy(() -> stores.open(READ_ONLY));

        assertSame(StoreDirectory.contents(stores.directory()), files);
    }

    @Test
    void severalMayReadAndNobodyWritesMeanwhile() {
        KeyValueStore store = stores.open();
        store.set("k", "v");
        stores.close();
        Path directory = stores.directory();
        KeyValueStore first = READ_ONLY.toBuilder(directory).open();
        KeyValueStore second = READ_ONLY.toBuilder(directory).open();

        assertThatExceptionOfType(StoreLockedException.class).isThrownBy(stores::open);
        first.close();
        assertThat(second.get("k")).isEqualTo("v");
        assertThatExceptionOfType(StoreLockedException.class).isThrownBy(stores::open);
        second.close();

        stores.open().set("k", "w");
        assertThatExceptionOfType(StoreLockedException.class)
                .isThrownBy(() -> READ_ONLY.toBuilder(directory).open());
    }

    @Test
    void aDirectoryWithoutAStoreStaysAsItIs() throws IOException {
        Path empty = Files.createDirectory(stores.beside("empty"));

        assertThatExceptionOfType(KeyValueStoreException.class)
                .isThrownBy(() -> READ_ONLY.toBuilder(empty).open());

        assertThat(StoreDirectory.files(empty)).isEmpty();
    }

    private void assertReadAndNotChanged(
            Path directory, StoreContents expected, long lastSequence, boolean clean) {
        Map<String, byte[]> files = StoreDirectory.contents(directory);
        try (KeyValueStore store = READ_ONLY.toBuilder(directory).open()) {
            assertThat(store.stats().recovery().clean()).isEqualTo(clean);
            assertThat(store.stats().recovery().cutBytes()).isZero();
            assertThat(store.stats().lastSequence()).isEqualTo(lastSequence);
            StoreContents.of(store).assertSameAs(expected);
            assertThat(store.verify().problems()).isEmpty();
            StoreCall.reads().forEach(read -> read.on(store));
            StoreCall.figures().forEach(figure -> figure.on(store));
            for (StoreCall write : StoreCall.writes()) {
                assertThatExceptionOfType(StoreReadOnlyException.class)
                        .as(write.name())
                        .isThrownBy(() -> write.on(store));
            }
            assertThatExceptionOfType(StoreReadOnlyException.class).isThrownBy(store::compact);
            store.backup(stores.beside("backup"));
        }
        assertSame(StoreDirectory.contents(directory), files);
        try (KeyValueStore backup =
                StoreOptions.defaults().toBuilder(stores.beside("backup")).open()) {
            StoreContents.of(backup).assertSameAs(expected);
            StoreExtension.assertSound(backup);
        }
    }

    private static void assertSame(Map<String, byte[]> actual, Map<String, byte[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, bytes) -> assertThat(actual.get(name)).as(name).isEqualTo(bytes));
    }

    /** Nothing is written before such a store is unmapped, so a reader has hardly a moment. */
    @Test
    void readersRacingACloseAreRefusedAndNothingElse() {
        fill(stores.open(), 0, 300, 1, 50);
        for (int round = 0; round < 20; round++) {
            KeyValueStore store = stores.open(READ_ONLY);
            Workers workers = new Workers();
            CountDownLatch underWay = new CountDownLatch(3);
            untilClosed(workers, underWay, () -> store.forEach(Entry::value));
            untilClosed(workers, underWay, () -> store.scan("none").forEach(Entry::value));
            untilClosed(workers, underWay, store::verify);
            workers.start(
                    () -> {
                        underWay.await();
                        store.close();
                    });
            workers.finish();
        }
    }

    private static void untilClosed(Workers workers, CountDownLatch underWay, Runnable call) {
        workers.start(
                () -> {
                    call.run();
                    underWay.countDown();
                    assertThatExceptionOfType(StoreClosedException.class)
                            .isThrownBy(
                                    () -> {
                                        while (true) {
                                            call.run();
                                        }
                                    });
                });
    }
}
