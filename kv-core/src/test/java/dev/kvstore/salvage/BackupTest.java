package dev.kvstore.salvage;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.clear;
import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvstore.BackupReport;
import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreTargetException;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The files of a backup: which are shared, that they never change, and what a failure leaves. */
class BackupTest {

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @Test
    void nothingThatHappensToTheStoreChangesTheBackup() throws IOException {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        store = stores.reopen();
        StoreContents before = StoreContents.of(store);
        Path target = stores.beside("backup");

        BackupReport report = store.backup(target);
        assumeTrue(isPosix());
        assertThat(report.linkedSegments()).isPositive();
        assertThat(sharedFiles(target)).isEqualTo(report.linkedSegments());
        Map<String, byte[]> files = StoreDirectory.contents(target);
        for (int round = 1; round <= 3; round++) {
            fill(store, 0, 400, round, 300);
            deleteSmallStore(store);
            store.compact();
            store = stores.reopen();
        }

        assertSame(StoreDirectory.contents(target), files);
        assertThat(sharedFiles(target)).isZero();
        StoreContents.of(stores.openBeside("backup")).assertSameAs(before);
    }

    @Test
    void nothingThatHappensToTheBackupChangesTheStore() throws IOException {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        store = stores.reopen();
        StoreContents before = StoreContents.of(store);
        store.backup(stores.beside("backup"));
        stores.close();
        Map<String, byte[]> files = StoreDirectory.contents(stores.directory());

        KeyValueStore backup = stores.openBeside("backup");
        deleteSmallStore(backup);
        fill(backup, 0, 400, 1, 300);
        backup.compact();

        assertSame(StoreDirectory.contents(stores.beside("store")), files);
        StoreContents.of(stores.openBeside("store")).assertSameAs(before);
    }

    /** What recovery makes free, too, may be in a backup: here because its proof was removed. */
    @Test
    void aRecoveryThatCutsSharedSegmentsOffChangesThemNot() throws IOException {
        KeyValueStore store = stores.open();
        fill(store, 0, 8, 1, 40_000); // one record in each segment, so none has a mark
        Path storeFile = stores.directory().resolve("store.kv");
        byte[] beforeAnyClose = Files.readAllBytes(storeFile); // vouches for no end of the log
        stores.reopen().backup(stores.beside("backup"));
        stores.close();
        Path target = stores.beside("backup");
        Map<String, byte[]> files = StoreDirectory.contents(target);
        for (Path file : StoreDirectory.files(stores.directory())) {
            if (file.toString().endsWith(".hint") || file.toString().endsWith(".kvi")) {
                Files.delete(file);
            }
        }
        new DamagedFile(storeFile).write(0, beforeAnyClose);
        Path first = stores.directory().resolve("segment-00000000.kvs");
        byte[] contents = Files.readAllBytes(first);
        contents[200] ^= 1;
        Files.delete(first);
        Files.write(first, contents);
        assumeTrue(isPosix());
        int shared = sharedFiles(target);
        assertThat(shared).isPositive();

        assertThat(stores.reopen().stats().recovery().cutBytes()).isPositive();

        assertThat(sharedFiles(target)).isLessThan(shared);
        assertSame(StoreDirectory.contents(target), files);
    }

    /** Compaction puts a vacant file in the place of a shared one, which is no damage. */
    @Test
    void aStoreIsSoundWhileItsSharedSegmentsAreCompacted() {
        KeyValueStore store = stores.open();
        fill(store, 0, 1000, 1, 500);
        store.backup(stores.beside("backup"));
        Workers workers = new Workers();
        workers.meanwhile(() -> assertThat(store.verify().problems()).isEmpty());
        workers.start(
                () -> {
                    for (int i = 0; i < 1000; i += 100) {
                        fill(store, i, i + 50, 2, 500);
                        store.compact();
                    }
                });
        workers.finish();
    }

    /** What was in a shared segment is not looked for in its memory once it was retired. */
    @Test
    void aStoreIsSoundWhileDeletedValuesOfSharedSegmentsGo() {
        KeyValueStore store = stores.open(StoreOptions.defaults().withDurability(Durability.OS));
        Workers workers = new Workers();
        workers.meanwhile(() -> assertThat(store.verify().problems()).isEmpty());
        workers.start(
                () -> {
                    for (int round = 0; round < 10; round++) {
                        fill(store, 0, 1000, round, 500);
                        store.compact();
                        store.backup(stores.beside("backup-" + round));
                        clear(store, 0, 1000);
                        store.compact();
                        store.compact();
                    }
                });
        workers.finish();
    }

    @Test
    void everyFileIsForTheOwnerAlone() throws IOException {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        Path target = stores.beside("new").resolve("backup");
        store.backup(target);

        assumeTrue(isPosix());
        assertThat(permissions(target)).isEqualTo("rwx------");
        for (Path file : StoreDirectory.files(target)) {
            assertThat(permissions(file)).as(file.toString()).isEqualTo("rw-------");
        }
    }

    @Test
    void aBackupIsProvenToItsEnd() {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        store.backup(stores.beside("backup"));
        long size = store.size();
        KeyValueStore backup = stores.openBeside("backup");
        assertThat(backup.size()).isEqualTo(size);
        assertThat(backup.stats().recovery().cutBytes()).isZero();
        stores.close();
        // The last record is proven by a hint too, though the store was still being written.
        store = stores.openBeside("store");
        store.backup(stores.beside("second"));
        stores.close();
        Path target = stores.beside("second");
        for (Path file : StoreDirectory.files(target)) {
            if (file.toString().endsWith(".kvs") && file.toFile().length() > 4096) {
                assertThat(Path.of(file.toString().replace(".kvs", ".hint"))).exists();
            }
        }
    }

    @Test
    void damageInTheStoreIsReportedAndNotBackedUp() {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        Path file = StoreDirectory.fileWith("last", stores.directory());
        DamagedFile segment = new DamagedFile(file);
        segment.flip(150);
        Path target = stores.beside("backup");

        assertThatExceptionOfType(StoreCorruptedException.class)
                .isThrownBy(() -> store.backup(target))
                .satisfies(e -> assertThat(e.file()).isEqualTo(file));

        assertThat(StoreDirectory.files(target)).isEmpty();
        segment.flip(150);
        store.backup(target);
        assertThat(stores.openBeside("backup").get(bytes("last"))).isNotNull();
    }

    @Test
    void whatIsThereWhenTheProcessEndsInABackupIsNoStore() throws IOException {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        Path target = stores.beside("backup");
        store.backup(target);
        // The store file is the last of all to get its name.
        Files.move(target.resolve("store.kv"), target.resolve("store.kv.new"));

        assertThatExceptionOfType(StoreCorruptedException.class)
                .isThrownBy(() -> StoreOptions.defaults().toBuilder(target).open());
        assertThatExceptionOfType(StoreTargetException.class)
                .isThrownBy(() -> store.backup(target));
        StoreFiles.delete(target);
    }

    private static void deleteSmallStore(KeyValueStore store) {
        for (int i = 0; i < SmallStore.COUNT; i++) {
            for (String kind : new String[] {"updated-", "limited-", "batched-", "twice-"}) {
                store.delete(kind + i);
            }
        }
        store.delete("large");
    }

    private static int sharedFiles(Path directory) throws IOException {
        int shared = 0;
        for (Path file : StoreDirectory.files(directory)) {
            shared += (int) Files.getAttribute(file, "unix:nlink") > 1 ? 1 : 0;
        }
        return shared;
    }

    private static void assertSame(Map<String, byte[]> actual, Map<String, byte[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (name, contents) ->
                        assertThat(Arrays.equals(actual.get(name), contents)).as(name).isTrue());
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
