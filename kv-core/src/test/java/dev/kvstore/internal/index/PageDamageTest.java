package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kvstore.StoreCorruptedException;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.testing.Seed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bits that flipped in an index file while it was closed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageDamageTest {

    private static final long STORE_ID = 4711;
    private static final String NAME = "index.kvi";
    private static final int KEYS = 20_000;

    @TempDir Path directory;

    private final long[] hashes = new long[KEYS + 1];
    private final byte[] note = new byte[5000];
    private final Random random = new Random(Seed.announce("PageDamageTest"));

    @BeforeEach
    void closeClean() throws IOException {
        HashIndex index = HashIndex.create(regions(true), STORE_ID, this::hashAt);
        for (int address = 1; address <= KEYS; address++) {
            hashes[address] = hash(random.nextLong());
            index.reserve(1);
            index.insert(hashes[address], address);
        }
        random.nextBytes(note);
        index.markClean(note);
        index.close();
    }

    @Test
    void aKeyOfADamagedPageIsNeverAbsentAndNeverAnother() throws IOException {
        for (int round = 0; round < 10; round++) {
            Map<Integer, Set<Integer>> addressesByPage = addressesByPage();
            int page = anyOf(addressesByPage.keySet());
            long at = page * 4096L + random.nextInt(4096);
            flip(at);
            HashIndex index = open(true);
            int[] lost = {0};
            for (int address = 1; address <= KEYS; address++) {
                int sought = address;
                Throwable thrown = catchThrowable(() -> assertThat(find(index, sought)).isTrue());
                if (addressesByPage.get(page).contains(address)) {
                    assertThat(thrown).isInstanceOf(StoreCorruptedException.class);
                    lost[0]++;
                } else {
                    assertThat(thrown).isNull();
                }
            }
            assertThat(lost[0]).isPositive();
            int address = addressesByPage.get(page).iterator().next();
            long hash = hashes[address];
            assertDamaged(page, () -> index.has(hash, address));
            assertDamaged(page, () -> index.has(hash, -1));
            assertDamaged(page, () -> index.locate(hash, address));
            assertDamaged(page, () -> index.insert(hash, KEYS + 1));
            assertDamaged(page, () -> index.snapshot(hash, new long[512]));
            assertThat(index.candidate(hash)).isNotNegative();
            index.markClean(note);
            index.close();

            assertThat(open()).as("after damage was found").isNull();
            closeClean();
        }
    }

    @Test
    void everyByteOfThePageTableIsCovered() throws IOException {
        int tablePage = header(36);
        int depth = header(32);
        for (int i = 0; i < 8 << depth; i += 1 + random.nextInt(8)) {
            long at = tablePage * 4096L + i;
            flip(at);
            HashIndex index = open(false);
            assertDamaged(tablePage, () -> find(index, 1));
            assertDamaged(tablePage, () -> index.snapshot(0, new long[512]));
            assertDamaged(tablePage, () -> index.reserve(1));
            index.close();
            flip(at);
        }
    }

    @Test
    void everyByteOfTheChecksumsIsCovered() throws IOException {
        int checksumPage = header(64);
        for (int i = 0; i < 4096; i += 1 + random.nextInt(16)) {
            flip(checksumPage * 4096L + i);
            assertThat(open()).as("byte %d", i).isNull();
            flip(checksumPage * 4096L + i);
        }
        for (int i = 4092; i < 4096; i++) {
            flip(checksumPage * 4096L + i);
            assertThat(open()).as("byte %d", i).isNull();
            flip(checksumPage * 4096L + i);
        }
    }

    /** A page whose damage nobody met must not get a checksum that fits the damage. */
    @Test
    void aCloseDoesNotMakeDamagePassForWhatWasStored() throws IOException {
        Map<Integer, Set<Integer>> addressesByPage = addressesByPage();
        int page = anyOf(addressesByPage.keySet());
        flip(page * 4096L + 8);
        HashIndex first = open(true);
        first.markClean(note);
        first.close();

        HashIndex second = open(true);
        int address = addressesByPage.get(page).iterator().next();
        assertDamaged(page, () -> find(second, address));
        second.close();
    }

    @Test
    void theBackgroundFindsDamageThatNobodyMet() throws IOException {
        int page = anyOf(addressesByPage().keySet());
        flip(page * 4096L + 8);
        HashIndex index = open(true);
        while (index.wantsPreparing()) {
            index.prepare();
        }
        index.markClean(note);
        index.close();

        assertThat(open()).isNull();
    }

    @Test
    void theBackgroundComesToAnEnd() throws IOException {
        HashIndex index = open(true);
        int rounds = 0;
        while (index.wantsPreparing()) {
            index.prepare();
            assertThat(++rounds).isLessThan(100);
        }
        for (int address = 1; address <= KEYS; address++) {
            assertThat(find(index, address)).isTrue();
        }
        index.close();
    }

    /** The next free page is named in a free page, so a flipped bit there would name any other. */
    @Test
    void aDamagedFreePageIsNotTaken() throws IOException {
        Set<Integer> pages = addressesByPage().keySet();
        int free = header(44);
        assertThat(free).isPositive();
        write(free * 4096L, anyOf(pages)); // one in use
        HashIndex index = open(true);
        Random more = new Random(1);
        long[] added = new long[KEYS];
        for (int i = 0; i < KEYS; i++) {
            added[i] = hash(more.nextLong());
            index.reserve(1);
            index.insert(added[i], KEYS + 1 + i);
        }

        for (int address = 1; address <= KEYS; address++) {
            assertThat(find(index, address)).isTrue();
            assertThat(index.has(added[address - 1], KEYS + address)).isTrue();
        }
        index.close();
    }

    @Test
    void numbersThatCannotBeAreNotTaken() throws IOException {
        int[] fields = {28, 32, 36, 40, 44, 52, 56, 64}; // 28: the upper half of the key count
        int[] numbers = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30};
        for (int field : fields) {
            for (int number : numbers) {
                if (field > 28 || number < 0) {
                    assertIsNotTaken(field, number);
                }
            }
        }
        assertIsNotTaken(32, 0);
        assertIsNotTaken(32, 33);
        assertIsNotTaken(36, 0);
        assertIsNotTaken(36, header(40));
        assertIsNotTaken(44, header(40));
        assertIsNotTaken(52, header(40) - 1);
        assertIsNotTaken(64, header(52));
    }

    private void assertIsNotTaken(int field, int number) throws IOException {
        int before = header(field);
        writeHeader(field, number);
        assertThat(open()).as("field %d is %d", field, number).isNull();
        writeHeader(field, before);
    }

    @Test
    void anEntryThatCannotBeIsDamageAndNotAnEndlessSearch() throws IOException {
        HashIndex index = open(true);
        while (index.wantsPreparing()) {
            index.prepare();
        }
        int tablePage = header(36);
        int depth = header(32);
        for (int i = 0; i < 1 << depth; i++) { // checked already: it happens in memory
            write(tablePage * 4096L + i * 8L, 0);
        }

        assertDamaged(tablePage, () -> find(index, 1));
        assertDamaged(tablePage, () -> index.snapshot(0, new long[512]));
        index.close();
    }

    // ---------------------------------------------------------------- helpers

    private interface Call {
        void run() throws IOException;
    }

    private void assertDamaged(int page, Call call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StoreCorruptedException.class,
                        e -> {
                            assertThat(e.file()).isEqualTo(file());
                            assertThat(e.offset()).isEqualTo(page * 4096L);
                        })
                .hasMessageContaining("No data is lost");
    }

    private int anyOf(Set<Integer> pages) {
        return pages.stream().skip(random.nextInt(pages.size())).findFirst().orElseThrow();
    }

    /** Which page has the slot of each address, read as docs/format.md says. */
    private Map<Integer, Set<Integer>> addressesByPage() throws IOException {
        Map<Integer, Set<Integer>> addresses = new TreeMap<>();
        try (RandomAccessFile raw = raw()) {
            ByteBuffer file =
                    raw.getChannel()
                            .map(MapMode.READ_ONLY, 0, raw.length())
                            .order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < 1 << file.getInt(32); i++) {
                int page = file.getInt(file.getInt(36) * 4096 + i * 8);
                for (int slot = 0; slot < 512; slot++) {
                    int address = (int) (file.getLong(page * 4096 + slot * 8) & (1L << 40) - 1);
                    if (address != 0) {
                        addresses.computeIfAbsent(page, p -> new TreeSet<>()).add(address);
                    }
                }
            }
        }
        return addresses;
    }

    private boolean find(HashIndex index, int address) {
        return index.has(hashes[address], address);
    }

    private HashIndex open(boolean writable) throws IOException {
        HashIndex index = HashIndex.open(regions(writable), STORE_ID, this::hashAt);
        assertThat(index).isNotNull();
        assertThat(index.note()).isEqualTo(note);
        if (writable) {
            index.markInUse();
        }
        return index;
    }

    private @Nullable HashIndex open() throws IOException {
        return HashIndex.open(regions(true), STORE_ID, this::hashAt);
    }

    private IndexRegions regions(boolean writable) throws IOException {
        return IndexRegions.ofFile(DiskStorage.open(directory, true), NAME, writable);
    }

    private Path file() {
        return directory.resolve(NAME);
    }

    private RandomAccessFile raw() throws IOException {
        return new RandomAccessFile(file().toFile(), "rw");
    }

    private void flip(long at) throws IOException {
        try (RandomAccessFile raw = raw()) {
            raw.seek(at);
            int old = raw.read();
            raw.seek(at);
            raw.write(old ^ 1 << random.nextInt(8));
        }
    }

    private int header(int at) throws IOException {
        try (RandomAccessFile raw = raw()) {
            raw.seek(at);
            return Integer.reverseBytes(raw.readInt());
        }
    }

    private void write(long at, int number) throws IOException {
        try (RandomAccessFile raw = raw()) {
            raw.seek(at);
            raw.writeInt(Integer.reverseBytes(number));
        }
    }

    /** Changes a field of the header, and its checksum too. */
    private void writeHeader(int field, int number) throws IOException {
        write(field, number);
        try (RandomAccessFile raw = raw()) {
            IndexFormat.writeChecksum(
                    raw.getChannel()
                            .map(MapMode.READ_WRITE, 0, 4096)
                            .order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private static long hash(long key) {
        return KeyHash.of(42, ByteBuffer.allocate(8).putLong(0, key).array());
    }

    private long hashAt(long address) {
        return hashes[(int) address];
    }
}
