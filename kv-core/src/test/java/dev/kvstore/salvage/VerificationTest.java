package dev.kvstore.salvage;

import static dev.kvstore.testing.TestData.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.VerificationReport;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreExtension;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Verification finds what is damaged under an open store, says where, and finds nothing where there
 * is nothing. Each damage is undone before the next.
 */
class VerificationTest {

    private static final int HEADER_COPY_BYTES = 52;
    private static final int HINT_HEADER_BYTES = 88;

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    private KeyValueStore store;

    @BeforeEach
    void fill() {
        store = stores.open();
        SmallStore.fill(store);
    }

    @Test
    void aSoundStoreHasNoProblems() {
        VerificationReport report = store.verify();

        assertThat(report.isSound()).isTrue();
        assertThat(report.problems()).isEmpty();
        assertThat(report.keys()).isEqualTo(store.size());
        assertThat(report.segments()).isEqualTo(store.stats().segments());
        assertThat(report.records()).isGreaterThan(store.size());
        assertThat(report.bytes())
                .isBetween(
                        store.stats().liveBytes(),
                        store.stats().liveBytes() + store.stats().garbageBytes());
    }

    @Test
    void aFlippedBitInARecordIsFound() {
        Random random = new Random(Seed.announce("Verification"));
        int flips = 0;
        for (DamagedFile segment : files("kvs")) {
            byte[] contents = contentsOf(segment);
            if (!isInUse(contents)) {
                continue;
            }
            List<SegmentRecords.Place> records = SegmentRecords.of(contents);
            assertThat(records).isNotEmpty();
            for (int i = 0; i < 10; i++) {
                SegmentRecords.Place record = records.get(random.nextInt(records.size()));
                int offset = record.offset() + random.nextInt(record.end() - record.offset());
                segment.flip(offset);
                assertProblem(segment.toString(), offset);
                segment.flip(offset);
                flips++;
            }
        }
        assertThat(flips).isGreaterThan(50);
        assertThat(store.verify().isSound()).isTrue();
    }

    @Test
    void aFlippedBitInEitherCopyOfASegmentsHeaderIsFound() {
        for (DamagedFile segment : files("kvs")) {
            if (isBlank(segment.read(0, SegmentRecords.FIRST))) {
                continue; // never used
            }
            for (int copy : new int[] {0, 64}) {
                for (int offset = copy; offset < copy + HEADER_COPY_BYTES + 4; offset += 5) {
                    segment.flip(offset);
                    assertProblem(segment.toString(), offset);
                    segment.flip(offset);
                }
            }
        }
    }

    @Test
    void aFlippedBitInEitherCopyOfTheStoreFileIsFound() {
        DamagedFile file = new DamagedFile(stores.directory().resolve("store.kv"));
        for (int copy : new int[] {0, 2048}) {
            for (int offset = copy; offset < copy + HEADER_COPY_BYTES; offset += 3) {
                file.flip(offset);
                assertProblem("store.kv", offset);
                file.flip(offset);
            }
        }
    }

    @Test
    void aDamagedOrMissingHintIsFound() {
        store = stores.reopen(); // so that all that is full has its hint
        List<DamagedFile> hints = files("hint");
        hints.removeIf(hint -> !isOfPresentLife(hint));
        assertThat(hints).hasSizeGreaterThan(2);
        for (DamagedFile hint : hints) {
            for (int offset = 0; offset < HINT_HEADER_BYTES; offset += 7) {
                hint.flip(offset);
                assertProblem(hint.toString(), offset);
                hint.flip(offset);
            }
        }
        Path missing = stores.directory().resolve(hints.get(0).toString());
        byte[] contents = new DamagedFile(missing).read(0, (int) hints.get(0).size());
        assertThat(missing.toFile().delete()).isTrue();
        assertProblem(missing.getFileName().toString(), -1);
        new DamagedFile(missing).write(0, contents);
        assertThat(store.verify().isSound()).isTrue();
    }

    @Test
    void anEntryThatIsGoneFromTheIndexIsFound() {
        forSomeSlots(
                (index, offset, slot) -> {
                    index.write(offset, longBytes(0));
                    assertThat(store.verify().problems())
                            .anyMatch(problem -> problem.description().contains("does not have"))
                            .anyMatch(problem -> problem.description().contains("count"));
                });
    }

    @Test
    void anEntryThatPointsElsewhereIsFound() {
        forSomeSlots(
                (index, offset, slot) -> {
                    for (int bit : new int[] {0, 3, 12, 20, 39}) {
                        index.write(offset, longBytes(slot ^ 1L << bit));
                        assertThat(store.verify().isSound()).as("bit %d", bit).isFalse();
                    }
                });
    }

    @Test
    void anEntryThatIsThereTwiceIsFound() {
        forSomeSlots(
                (index, offset, slot) -> {
                    long other = offset % 64 == 0 ? offset + 8 : offset - 8;
                    byte[] before = index.read(other, 8);
                    index.write(other, longBytes(slot));
                    assertThat(store.verify().isSound()).isFalse();
                    index.write(other, before);
                });
    }

    @Test
    void anEntryWithAnOlderValueOfItsKeyIsFound() {
        List<Long> others = slots();
        store.set(bytes("key"), bytes("old"));
        List<Long> added = slots();
        added.removeAll(others);
        assertThat(added).hasSize(1);
        DamagedFile index = index();
        long offset = added.get(0);
        byte[] old = index.read(offset, 8);
        store.set(bytes("key"), bytes("new"));
        byte[] now = index.read(offset, 8);
        assertThat(now).isNotEqualTo(old);

        index.write(offset, old);

        assertThat(store.get("key")).isEqualTo("old");
        assertThat(store.verify().problems())
                .anyMatch(problem -> problem.description().contains("newer than the one"));
        index.write(offset, now);
    }

    @Test
    void aFileThatBecameShorterIsFoundAndNotRead() {
        DamagedFile segment =
                files("kvs").stream().filter(file -> isInUse(contentsOf(file))).findFirst().get();
        byte[] contents = contentsOf(segment);
        Path path = stores.directory().resolve(segment.toString());
        try (var access = new java.io.RandomAccessFile(path.toFile(), "rw")) {
            access.setLength(4096);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        VerificationReport report = store.verify();
        segment.write(0, contents);

        assertThat(report.problems())
                .anyMatch(problem -> problem.description().contains("shorter"));
    }

    // ---------------------------------------------------------------- what is where

    private static byte[] contentsOf(DamagedFile file) {
        return file.read(0, (int) file.size());
    }

    private static boolean isInUse(byte[] segment) {
        return segment.length >= 64 << 10 && !SegmentRecords.isFree(segment);
    }

    @FunctionalInterface
    private interface SlotTest {
        void run(DamagedFile index, long offset, long slot);
    }

    private void forSomeSlots(SlotTest test) {
        Random random = new Random(Seed.announce("Verification"));
        DamagedFile index = index();
        List<Long> slots = slots();
        assertThat(slots).hasSizeGreaterThan(100);
        for (int i = 0; i < 5; i++) {
            long offset = slots.get(random.nextInt(slots.size()));
            byte[] before = index.read(offset, 8);
            test.run(index, offset, toLong(before));
            index.write(offset, before);
        }
        assertThat(store.verify().isSound()).isTrue();
    }

    /**
     * Where the index has entries: in a new one page 1 is the table, and the slots come after it.
     */
    private List<Long> slots() {
        byte[] pages = index().read(0, 1 << 18);
        ByteBuffer buffer = ByteBuffer.wrap(pages).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> slots = new ArrayList<>();
        for (int offset = 2 * 4096; offset < pages.length; offset += 8) {
            if ((buffer.getLong(offset) & (1L << 40) - 1) != 0) {
                slots.add((long) offset);
            }
        }
        return slots;
    }

    private DamagedFile index() {
        return new DamagedFile(stores.directory().resolve("index.kvi"));
    }

    private List<DamagedFile> files(String extension) {
        List<DamagedFile> files = new ArrayList<>();
        for (Path file : StoreDirectory.files(stores.directory())) {
            if (file.toString().endsWith("." + extension)) {
                files.add(new DamagedFile(file));
            }
        }
        return files;
    }

    /** A hint stays beside a segment whose life has ended, and means nothing then. */
    private boolean isOfPresentLife(DamagedFile hint) {
        String name = hint.toString().replace(".hint", ".kvs");
        DamagedFile segment = new DamagedFile(stores.directory().resolve(name));
        byte[] contents = segment.read(0, (int) segment.size());
        return !SegmentRecords.isFree(contents)
                && toLong(hint.read(24, 8)) == SegmentRecords.generation(contents);
    }

    private void assertProblem(String file, long offset) {
        assertThat(store.verify().problems())
                .as("%s at %d", file, offset)
                .anyMatch(problem -> problem.file().getFileName().toString().equals(file));
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] longBytes(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value).array();
    }

    private static long toLong(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
