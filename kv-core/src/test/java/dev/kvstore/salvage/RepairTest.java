package dev.kvstore.salvage;

import static dev.kvstore.testing.TestData.bytes;
import static dev.kvstore.testing.TestData.text;
import static dev.kvstore.testing.TestData.value;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.RepairReport;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreLockedException;
import dev.kvstore.StoreTargetException;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreFiles;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Repair takes every record that is whole, and nothing else: whatever range of a store's files is
 * damaged, the new store has of each key the newest version that was not touched.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RepairTest {

    private static final int FAST_DAMAGES = 8;

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    private enum Damage {
        FLIP,
        ZERO,
        NOISE,
        TRUNCATE,
        DELETE
    }

    @Test
    void aStoreThatIsNotDamagedIsCopiedWhole() {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        StoreContents before = StoreContents.of(store);
        stores.close();

        RepairReport report = KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        assertThat(report.isComplete()).isTrue();
        assertThat(report.leftOut()).isEmpty();
        assertThat(report.doubtfulKeys()).isEmpty();
        assertThat(report.ignoredFiles()).isEmpty();
        assertThat(report.keys()).isEqualTo(before.size());
        assertThat(report.records()).isGreaterThan(report.keys());
        assertThat(report.segments()).isPositive();
        StoreContents.of(stores.openBeside("repaired")).assertSameAs(before);
    }

    @Test
    void anyDamageToAClosedStoreCostsOnlyWhatItTouched() throws IOException {
        damageSomewhere(closedStore(), FAST_DAMAGES, Long.MAX_VALUE);
    }

    @Test
    void anyDamageToAStoreThatWasKilledCostsOnlyWhatItTouched() throws IOException {
        damageSomewhere(killedStore(), FAST_DAMAGES, Long.MAX_VALUE);
    }

    @Test
    @Tag("long")
    void manyDamagesCostOnlyWhatTheyTouched() throws IOException {
        long nanos = TimeUnit.SECONDS.toNanos(Long.getLong("kv.test.seconds", 300)) / 2;
        damageSomewhere(closedStore(), Integer.MAX_VALUE, System.nanoTime() + nanos);
        damageSomewhere(killedStore(), Integer.MAX_VALUE, System.nanoTime() + nanos);
    }

    /** It lies between two records, and no checksum covers it. */
    @Test
    void damageToThePaddingOfARecordCostsNothing() throws IOException {
        Map<String, byte[]> files = closedStore();
        SalvageModel model = new SalvageModel(files);
        int damages = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (!model.holdsRecords(file.getKey())) {
                continue;
            }
            byte[] contents = file.getValue().clone();
            for (SegmentRecords.Place place : SegmentRecords.of(contents)) {
                boolean isAlone = place.batchEnd() == 0 && !place.isBatch();
                if (isAlone && place.end() < place.next()) {
                    Arrays.fill(contents, place.end(), place.next(), (byte) 0xff);
                    damages++;
                }
            }
            repairAndCheck(
                    files, model, file.getKey(), contents, false, "padding of " + file.getKey());
        }
        assertThat(damages).isPositive();
    }

    private Map<String, byte[]> closedStore() {
        SmallStore.fill(stores.open());
        stores.close();
        return StoreDirectory.contents(stores.directory());
    }

    private Map<String, byte[]> killedStore() {
        SmallStore.fill(stores.open());
        Path copy = stores.beside("killed");
        StoreFiles.copyAtRest(stores.directory(), copy);
        stores.close();
        return StoreDirectory.contents(copy);
    }

    private void damageSomewhere(Map<String, byte[]> files, int damages, long deadline)
            throws IOException {
        Random random = new Random(Seed.announce("Repair"));
        SalvageModel model = new SalvageModel(files);
        List<String> names = new ArrayList<>(files.keySet());
        names.removeIf(name -> !name.endsWith(".kvs") || !model.holdsRecords(name));
        names.add("store.kv");
        int done = 0;
        for (; done < damages && deadline - System.nanoTime() > 0; done++) {
            String name = names.get(random.nextInt(names.size()));
            Damage damage = Damage.values()[random.nextInt(Damage.values().length)];
            damageOnce(files, model, name, damage, random);
        }
        System.out.println("Repaired " + done + " damaged stores");
    }

    private void damageOnce(
            Map<String, byte[]> files,
            SalvageModel model,
            String name,
            Damage damage,
            Random random)
            throws IOException {
        byte[] contents = files.get(name).clone();
        int from =
                random.nextInt(
                        random.nextBoolean() ? Math.min(6000, contents.length) : contents.length);
        int to = Math.min(contents.length, from + 1 + random.nextInt(random.nextInt(5000) + 1));
        switch (damage) {
            case FLIP -> {
                to = from + 1;
                contents[from] ^= (byte) (1 << random.nextInt(8));
            }
            case ZERO -> Arrays.fill(contents, from, to, (byte) 0);
            case NOISE -> {
                byte[] noise = new byte[to - from];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, contents, from, noise.length);
            }
            case TRUNCATE -> {
                to = contents.length;
                contents = Arrays.copyOf(contents, from);
            }
            case DELETE -> {
                from = 0;
                to = contents.length;
                contents = new byte[0];
            }
        }
        String what = damage + " of " + name + " from " + from + " to " + to;
        repairAndCheck(files, model, name, contents, damage == Damage.DELETE, what);
    }

    private void repairAndCheck(
            Map<String, byte[]> files,
            SalvageModel model,
            String name,
            byte[] contents,
            boolean isDeleted,
            String what)
            throws IOException {
        Path damaged = stores.beside("damaged");
        Files.createDirectory(damaged);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(damaged.resolve(file.getKey()), file.getValue());
        }
        Files.write(damaged.resolve(name), contents);
        if (isDeleted) {
            Files.delete(damaged.resolve(name));
        }
        Map<String, byte[]> before = StoreDirectory.contents(damaged);
        Path repaired = stores.beside("repaired");

        RepairReport report = KeyValueStore.repair(damaged, repaired);

        Map<String, byte[]> after = StoreDirectory.contents(damaged);
        assertThat(after.keySet()).isEqualTo(before.keySet());
        after.forEach((file, now) -> assertThat(now).as(file).isEqualTo(before.get(file)));
        try (KeyValueStore store = StoreOptions.defaults().toBuilder(repaired).open()) {
            assertHolds(
                    store, model.expected(name, contents, report), what + "\n" + report.leftOut());
            StoreExtension.assertSound(store);
            assertThat(store.stats().recovery().clean()).isTrue();
            store.compact();
            assertThat(store.size()).isEqualTo(report.keys());
            StoreExtension.assertSound(store);
        }
        if (model.isTouched(name, contents)) {
            assertThat(report.leftOut())
                    .as(what)
                    .anyMatch(range -> range.file().getFileName().toString().equals(name));
        }
        StoreFiles.delete(damaged);
        StoreFiles.delete(repaired);
    }

    private static void assertHolds(
            KeyValueStore store, Map<String, byte[]> expected, String what) {
        Map<String, byte[]> actual = new HashMap<>();
        store.forEach(entry -> actual.put(new String(entry.key(), UTF_8), entry.value()));
        expected.forEach(
                (key, value) -> {
                    if (!Arrays.equals(value, actual.get(key))) {
                        throw new AssertionError(
                                key
                                        + " is "
                                        + text(actual.get(key))
                                        + ", not "
                                        + text(value)
                                        + ", after "
                                        + what);
                    }
                });
        actual.keySet().removeAll(expected.keySet());
        assertThat(actual.keySet()).as("too much after " + what).isEmpty();
    }

    // ---------------------------------------------------------------- what is certain

    @Test
    void aDamagedBatchIsLeftOutWhole() throws IOException {
        KeyValueStore store = stores.open();
        store.set("before", "1");
        store.write(new WriteBatch().set("a", "a").set("b", "b").set("c", "c"));
        store.set("after", "2");
        stores.close();
        Path file = stores.directory().resolve("segment-00000000.kvs");
        byte[] contents = Files.readAllBytes(file);
        SegmentRecords.Place batch =
                SegmentRecords.of(contents).stream()
                        .filter(SegmentRecords.Place::isBatch)
                        .findFirst()
                        .orElseThrow();
        // Each byte of it: its header as well as the records in it.
        for (int offset = batch.offset(); offset < batch.end(); offset += 3) {
            new DamagedFile(file).flip(offset);
            Path repaired = stores.beside("repaired");

            RepairReport report = KeyValueStore.repair(stores.directory(), repaired);

            try (KeyValueStore found = StoreOptions.defaults().toBuilder(repaired).open()) {
                assertThat(found.get("before")).as("%d", offset).isEqualTo("1");
                assertThat(found.get("after")).as("%d", offset).isEqualTo("2");
                assertThat(found.size()).as("%d %s", offset, report.leftOut()).isEqualTo(2);
            }
            assertThat(report.leftOut()).anyMatch(range -> range.reason().contains("batch"));
            new DamagedFile(file).flip(offset);
            StoreFiles.delete(repaired);
        }
    }

    @Test
    void aDeletedKeyStaysAwayWhileItsTombstoneIsReadable() throws IOException {
        KeyValueStore store = stores.open();
        store.set("deleted", "old");
        store.set("other", "x");
        store.delete("deleted");
        stores.close();
        Path file = stores.directory().resolve("segment-00000000.kvs");
        List<SegmentRecords.Place> records = SegmentRecords.of(Files.readAllBytes(file));
        new DamagedFile(file).flip(records.get(1).offset());

        KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        KeyValueStore repaired = stores.openBeside("repaired");
        assertThat(repaired.size()).isZero();
        stores.close();
        // Once the tombstone itself is damaged nothing but the report knows of it.
        Path store0 = stores.beside("store");
        new DamagedFile(file).flip(records.get(1).offset());
        new DamagedFile(file).flip(records.get(2).end() - 1);
        RepairReport report = KeyValueStore.repair(store0, stores.beside("second"));
        assertThat(report.doubtfulKeys()).containsExactly(bytes("deleted"));
        assertThat(stores.openBeside("second").get("deleted")).isEqualTo("old");
    }

    @Test
    void aKeyWhoseNewestVersionIsDamagedIsNamed() throws IOException {
        KeyValueStore store = stores.open();
        store.set("key", "old");
        store.set("key", "new");
        store.set("other", "x");
        stores.close();
        Path file = stores.directory().resolve("segment-00000000.kvs");
        List<SegmentRecords.Place> records = SegmentRecords.of(Files.readAllBytes(file));
        new DamagedFile(file).flip(records.get(1).end() - 1);

        RepairReport report = KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        assertThat(report.isComplete()).isFalse();
        assertThat(report.doubtfulKeys()).containsExactly(bytes("key"));
        assertThat(report.leftOut())
                .singleElement()
                .satisfies(
                        range -> {
                            assertThat(range.file()).isEqualTo(file);
                            assertThat(range.from()).isEqualTo(records.get(1).offset());
                            assertThat(range.to()).isEqualTo(records.get(2).offset());
                        });
        assertThat(stores.openBeside("repaired").get("key")).isEqualTo("old");
    }

    @Test
    void timesToLiveAreKept() {
        MutableClock clock = new MutableClock();
        StoreOptions options = StoreOptions.defaults().withClock(clock);
        KeyValueStore store = stores.open(options);
        store.set("limited", "forever");
        store.set("limited", "soon", Duration.ofHours(1));
        store.set("late", "late", Duration.ofHours(3));
        stores.close();
        clock.advance(Duration.ofHours(2));

        KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        KeyValueStore repaired = stores.openBeside("repaired");
        assertThat(repaired.get("limited")).isNull();
        assertThat(repaired.get("late")).isEqualTo("late");
        clock.advance(Duration.ofHours(1));
        assertThat(repaired.get("late")).isNull();
    }

    @Test
    void aStoreWithoutItsStoreFileIsReadByItsSegments() throws IOException {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        StoreContents before = StoreContents.of(store);
        stores.close();
        Files.delete(stores.directory().resolve("store.kv"));
        assertThatExceptionOfType(StoreCorruptedException.class).isThrownBy(stores::reopen);

        RepairReport report = KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        assertThat(report.keys()).isEqualTo(before.size());
        StoreContents.of(stores.openBeside("repaired")).assertSameAs(before);
    }

    @Test
    void recordsOfASegmentThatLostItsHeaderAreFoundWithAndWithoutItsHint() throws IOException {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        StoreContents before = StoreContents.of(store);
        stores.close();
        Map<String, byte[]> files = StoreDirectory.contents(stores.directory());
        SalvageModel model = new SalvageModel(files);
        Files.delete(stores.directory().resolve("index.kvi"));
        for (boolean withHints : new boolean[] {true, false}) {
            for (Path file : StoreDirectory.files(stores.directory())) {
                String name = file.getFileName().toString();
                if (!withHints && name.endsWith(".hint")) {
                    Files.delete(file);
                } else if (name.endsWith(".kvs") && model.holdsRecords(name)) {
                    new DamagedFile(file).write(0, new byte[128]);
                }
            }
            Path repaired = stores.beside("repaired-" + withHints);
            RepairReport report = KeyValueStore.repair(stores.directory(), repaired);
            assertThat(report.leftOut()).anyMatch(range -> range.reason().contains("header"));
            try (KeyValueStore found = StoreOptions.defaults().toBuilder(repaired).open()) {
                StoreContents.of(found).assertSameAs(before);
            }
        }
    }

    @Test
    void aSegmentFileOfZerosIsReported() throws IOException {
        SmallStore.fill(stores.open());
        stores.close();
        Map<String, byte[]> files = StoreDirectory.contents(stores.directory());
        SalvageModel model = new SalvageModel(files);
        for (boolean withIndex : new boolean[] {true, false}) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                String name = file.getKey();
                String hint = name.replace(".kvs", ".hint");
                if (model.holdsRecords(name) && (withIndex || files.containsKey(hint))) {
                    Path path = stores.directory().resolve(name);
                    new DamagedFile(path).write(0, new byte[file.getValue().length]);
                }
            }
            RepairReport report =
                    KeyValueStore.repair(
                            stores.directory(), stores.beside("repaired-" + withIndex));
            assertThat(report.leftOut()).isNotEmpty();
            assertThat(report.keys()).isLessThanOrEqualTo(withIndex ? 0 : 10);
            files.forEach(
                    (name, contents) ->
                            new DamagedFile(stores.directory().resolve(name)).write(0, contents));
            Files.delete(stores.directory().resolve("index.kvi"));
        }
    }

    @Test
    void segmentsWithSwappedNamesAreReadForWhatTheyAre() throws IOException {
        KeyValueStore store = stores.open();
        SmallStore.fill(store);
        StoreContents before = StoreContents.of(store);
        stores.close();
        Path one = stores.directory().resolve("segment-00000000.kvs");
        Path other = stores.directory().resolve("segment-00000001.kvs");
        byte[] contents = Files.readAllBytes(one);
        Files.write(one, Files.readAllBytes(other));
        Files.write(other, contents);

        KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        StoreContents.of(stores.openBeside("repaired")).assertSameAs(before);
    }

    // ---------------------------------------------------------------- where it is refused

    @Test
    void aSourceThatIsOpenToWriteIsRefused() {
        KeyValueStore store = stores.open();
        store.set("k", "v");

        assertThatExceptionOfType(StoreLockedException.class)
                .isThrownBy(
                        () -> KeyValueStore.repair(stores.directory(), stores.beside("repaired")));

        assertThat(stores.beside("repaired")).doesNotExist();
        stores.open(StoreOptions.defaults().withReadOnly(true));
        KeyValueStore.repair(stores.directory(), stores.beside("repaired"));
        assertThat(stores.openBeside("repaired").get("k")).isEqualTo("v");
    }

    @Test
    void aTargetThatHoldsSomethingOrLiesWithinTheSourceIsRefused() throws IOException {
        stores.open().set("k", "v");
        stores.close();
        Map<String, byte[]> files = StoreDirectory.contents(stores.directory());
        Path full = Files.createDirectory(stores.beside("full"));
        Files.write(full.resolve("something"), new byte[1]);
        for (Path target :
                List.of(
                        full,
                        full.resolve("something"),
                        stores.directory(),
                        stores.directory().resolve("repaired"),
                        stores.directory().resolve("deep").resolve("..").resolve("repaired"))) {
            assertThatExceptionOfType(StoreTargetException.class)
                    .as(target.toString())
                    .isThrownBy(() -> KeyValueStore.repair(stores.directory(), target));
        }
        assertThat(StoreDirectory.contents(stores.directory()).keySet()).isEqualTo(files.keySet());
        assertThat(StoreDirectory.files(full)).hasSize(1);
    }

    @Test
    void whereThereIsNoStoreThereIsNothingToRepair() throws IOException {
        Path empty = Files.createDirectory(stores.beside("empty"));
        for (Path source : List.of(empty, stores.beside("missing"))) {
            assertThatExceptionOfType(KeyValueStoreException.class)
                    .isThrownBy(() -> KeyValueStore.repair(source, stores.beside("repaired")))
                    .withMessageContaining("Check the path");
        }
        assertThat(stores.beside("repaired")).doesNotExist();
    }

    @Test
    void filesThatARepairDoesNotUseAreNamed() throws IOException {
        stores.open().set(bytes("k"), value(0, 1, 10));
        stores.close();
        Path stray = Files.write(stores.directory().resolve("notes.txt"), new byte[3]);

        RepairReport report = KeyValueStore.repair(stores.directory(), stores.beside("repaired"));

        assertThat(report.ignoredFiles()).containsExactly(stray);
        assertThat(stores.openBeside("repaired").size()).isOne();
    }

    @Test
    void anInterruptedThreadRepairsAndKeepsItsFlag() {
        stores.open().set("k", "v");
        stores.close();
        Thread.currentThread().interrupt();
        KeyValueStore.repair(stores.directory(), stores.beside("repaired"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(stores.openBeside("repaired").get("k")).isEqualTo("v");
    }
}
