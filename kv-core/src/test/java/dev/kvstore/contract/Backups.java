package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.clear;
import static dev.kvstore.testing.TestData.fill;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.BackupReport;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreTargetException;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A backup is a store of its own, as the first one was at one moment. */
interface Backups extends StoreSuite {

    @Test
    default void aBackupHoldsWhatTheStoreHeld() {
        KeyValueStore store = stores().open();
        fill(store, 0, 400, 1, 300);
        clear(store, 100, 150);
        store.compact();
        fill(store, 300, 500, 2, 300);
        store.set(key(1000), value(1000, 1, 3 * StoreOptions.SMALL_SEGMENT_BYTES));
        StoreContents before = StoreContents.of(store);

        BackupReport report = store.backup(stores().beside("backup"));
        clear(store, 0, 500);
        fill(store, 0, 300, 3, 300);
        store.compact();

        assertThat(report.segments()).isPositive();
        assertThat(report.bytes()).isPositive();
        assertThat(report.lastSequence()).isLessThan(store.stats().lastSequence());
        KeyValueStore backup = stores().openBeside("backup");
        StoreContents.of(backup).assertSameAs(before);
        assertThat(backup.verify().problems()).isEmpty();
        assertThat(backup.stats().lastSequence()).isGreaterThanOrEqualTo(report.lastSequence());
        fill(backup, 0, 500, 4, 300);
        backup.compact();
        assertHolds(backup, 499, 4, 300);
        assertHolds(stores().openBeside("store"), 299, 3, 300);
    }

    @Test
    default void aBackupOfAnEmptyStoreIsEmpty() {
        stores().open().backup(stores().beside("backup"));

        KeyValueStore backup = stores().openBeside("backup");
        assertThat(backup.size()).isZero();
        assertThat(backup.stats().recovery().created()).isFalse();
        backup.set("k", "v");
        assertThat(stores().reopen().get("k")).isEqualTo("v");
    }

    @Test
    default void aBackupOfABackupHoldsTheSame() {
        KeyValueStore store = stores().open();
        fill(store, 0, 300, 1, 500);
        StoreContents before = StoreContents.of(store);
        store.backup(stores().beside("first"));
        KeyValueStore first = stores().openBeside("first");
        first.backup(stores().beside("second"));
        clear(first, 0, 300);
        first.compact();

        StoreContents.of(stores().openBeside("second")).assertSameAs(before);
        StoreContents.of(stores().openBeside("store")).assertSameAs(before);
    }

    @Test
    default void aReadOnlyStoreCanBeBackedUp() {
        KeyValueStore store = stores().open();
        fill(store, 0, 300, 1, 300);
        StoreContents before = StoreContents.of(store);
        KeyValueStore readOnly = stores().open(StoreOptions.defaults().withReadOnly(true));

        readOnly.backup(stores().beside("backup"));

        StoreContents.of(stores().openBeside("backup")).assertSameAs(before);
    }

    @Test
    default void whatExpiresInTheStoreExpiresInTheBackup() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores().open(StoreOptions.defaults().withClock(clock));
        store.set(key(0), key(0), Duration.ofHours(1));
        store.backup(stores().beside("backup"));

        KeyValueStore backup = stores().openBeside("backup");
        assertThat(backup.contains(key(0))).isTrue();
        clock.advance(Duration.ofHours(1));
        assertThat(backup.contains(key(0))).isFalse();
    }

    @Test
    default void aBackupIsOfOneMoment() {
        KeyValueStore store = stores().open(StoreOptions.defaults().withBackgroundCompaction(0.1));
        Workers workers = new Workers();
        CountDownLatch underWay = new CountDownLatch(200);
        workers.meanwhile(
                new Workers.Task() {
                    private int last;

                    @Override
                    public void run() {
                        last++;
                        // Each write has the number of the one before it.
                        store.set("n" + last % 500, last + value300(last));
                        store.write(new WriteBatch().set("a", "" + last).set("b", "" + last));
                        underWay.countDown();
                    }
                });
        workers.meanwhile(store::compact);
        workers.start(
                () -> {
                    underWay.await();
                    for (int i = 0; i < 4; i++) {
                        store.backup(stores().beside("backup-of-a-moment-" + i));
                    }
                });
        workers.finish();

        for (int i = 0; i < 4; i++) {
            KeyValueStore backup = stores().openBeside("backup-of-a-moment-" + i);
            assertThat(backup.verify().problems()).isEmpty();
            assertThat(backup.get("a")).isEqualTo(backup.get("b"));
            int last = Integer.parseInt(String.valueOf(backup.get("a")));
            String next = backup.get("n" + (last + 1) % 500);
            // The write after the last batch may be there; everything up to it is.
            assertThat(next == null || number(next) == last + 1 || number(next) == last - 499)
                    .isTrue();
            for (int n = Math.max(1, last - 498); n <= last; n++) {
                assertThat(number(String.valueOf(backup.get("n" + n % 500)))).isEqualTo(n);
            }
        }
    }

    @Test
    default void aDirectoryThatHoldsSomethingIsRefused() {
        KeyValueStore store = stores().open();
        store.set("k", "v");
        Path target = stores().beside("backup");
        store.backup(target);

        assertThatExceptionOfType(StoreTargetException.class)
                .isThrownBy(() -> store.backup(target))
                .satisfies(e -> assertThat(e.target()).isEqualTo(target));
        assertThatExceptionOfType(StoreTargetException.class)
                .isThrownBy(() -> store.backup(stores().directory().resolve("backup")));
        assertThatExceptionOfType(StoreTargetException.class)
                .isThrownBy(() -> store.backup(stores().directory()));
        assertThat(store.get("k")).isEqualTo("v");
    }

    private static String value300(int number) {
        return ";" + "x".repeat(number % 300);
    }

    private static int number(String value) {
        return Integer.parseInt(value.substring(0, value.indexOf(';')));
    }
}
