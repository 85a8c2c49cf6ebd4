package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.Workers;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashIndexTest {

    private static final long STORE_ID = 4711;
    private static final String NAME = "index.kvi";

    /** What no test writes; the matcher then answers that nothing is the key. */
    private static final long ABSENT = -1;

    @TempDir Path directory;

    /** The hash of the key at each address; stands for the log. */
    private final long[] hashes = new long[1_500_000];

    private int lastAddress;

    @Test
    void holdsWhatAMapHolds() throws IOException {
        Random random = new Random(Seed.announce("HashIndexTest.holdsWhatAMapHolds"));
        HashIndex index = create(IndexRegions.ofMemory());
        int keys = 300_000;
        long[] keyHashes = random.longs(keys).map(this::hash).toArray();
        int[] addresses = new int[keys]; // 0 for absent
        int present = 0;
        for (int i = 0; i < 900_000; i++) {
            int key = random.nextInt(keys);
            boolean removing = random.nextInt(4) == 0;
            if (addresses[key] == 0) {
                if (!removing) {
                    addresses[key] = insert(index, keyHashes[key]);
                    present++;
                }
                continue;
            }
            long position = index.locate(keyHashes[key], addresses[key]);
            assertThat(position).isNotNegative();
            assertThat(index.addressAt(position)).isEqualTo(addresses[key]);
            if (removing) {
                index.remove(position);
                addresses[key] = 0;
                present--;
            } else {
                addresses[key] = address(keyHashes[key]);
                index.replace(position, addresses[key]);
            }
        }

        assertThat(index.keyCount()).isEqualTo(present);
        assertHolds(index, keyHashes, addresses);
        assertThat(addressesByPage(index).stream().mapToLong(page -> page.length).sum())
                .isEqualTo(present);
    }

    @Test
    void severalThreadsFillIt() throws Exception {
        Random random = new Random(Seed.announce("HashIndexTest.severalThreadsFillIt"));
        for (int round = 0; round < 30; round++) { // what goes wrong does while it is small
            lastAddress = 0;
            long[] keyHashes = random.longs(30_000).map(this::hash).toArray();
            int[] addresses = new int[keyHashes.length];
            Arrays.setAll(addresses, key -> address(keyHashes[key]));
            HashIndex index = create(IndexRegions.ofMemory());
            fillInShards(index, keyHashes, addresses, 4);

            assertThat(index.keyCount()).isEqualTo(keyHashes.length);
            assertHolds(index, keyHashes, addresses);
            assertThat(addressesByPage(index).stream().mapToLong(page -> page.length).sum())
                    .isEqualTo(keyHashes.length);
        }
    }

    private static void fillInShards(
            HashIndex index, long[] keyHashes, int[] addresses, int threads) {
        ReadWriteLock growth = new ReentrantReadWriteLock();
        Workers workers = new Workers();
        for (int i = 0; i < threads; i++) {
            int ordinal = i;
            workers.start(
                    () -> {
                        for (int key = 0; key < keyHashes.length; key++) {
                            if (HashIndex.shardOf(keyHashes[key]) % threads == ordinal) {
                                insertInShard(
                                        index, growth, keyHashes[key], addresses[key], threads);
                            }
                        }
                    });
        }
        workers.finish();
        index.countKeys(keyHashes.length);
    }

    @Test
    void isMadeWithThePagesItNeedsIfTheyAreThere() throws IOException {
        Random random = new Random(1);
        create(file());
        assertThat(HashIndex.create(file(), STORE_ID, this::hashAt, 500_000).depth())
                .as("depth with one region there")
                .isEqualTo(9);
        HashIndex grown = create(file());
        for (int i = 0; i < 500_000; i++) {
            insert(grown, hash(random.nextLong()));
        }
        long size = grown.sizeBytes();

        lastAddress = 0;
        HashIndex made = HashIndex.create(file(), STORE_ID, this::hashAt, 500_000);
        int pages = addressesByPage(made).size();
        assertThat(pages).isGreaterThan(1400);
        for (int i = 0; i < 350_000; i++) {
            insert(made, hash(random.nextLong()));
        }
        assertThat(addressesByPage(made)).as("pages").hasSizeLessThan(pages + pages / 50);
        for (int i = 0; i < 150_000; i++) {
            insert(made, hash(random.nextLong()));
        }
        assertThat(made.sizeBytes()).isEqualTo(size);
    }

    private static void insertInShard(
            HashIndex index, ReadWriteLock growth, long hash, int address, int threads)
            throws IOException {
        while (true) {
            int depth;
            growth.readLock().lock();
            try {
                depth = index.depth();
                index.reserveInShard(1, threads);
                if (index.insertInShard(hash, address)) {
                    return;
                }
            } finally {
                growth.readLock().unlock();
            }
            growth.writeLock().lock();
            try {
                index.deepen(depth);
            } finally {
                growth.writeLock().unlock();
            }
        }
    }

    @Test
    void takesAtMostSixteenBytesAKeyAtAnyNumberOfKeys() throws IOException {
        Random random = new Random(1);
        HashIndex index = create(IndexRegions.ofMemory());
        for (int keys = 1, next = 20_000; keys <= 1_000_000; keys++) {
            insert(index, hash(random.nextLong()));
            if (keys == next) {
                long slotBytes = addressesByPage(index).size() * 4096L;
                // The page table and those it has outgrown are the rest.
                assertThat((double) slotBytes / keys).as("at %d keys", keys).isLessThan(15);
                next += next / 12;
            }
        }
        assertThat(index.sizeBytes()).isLessThanOrEqualTo(16_000_000 + (4 << 20));
    }

    /** Each key of the index is in exactly one page of a pass over all. */
    @Test
    void snapshotsCoverEachKeyOnce() throws IOException {
        Random random = new Random(2);
        HashIndex index = create(IndexRegions.ofMemory());
        for (int i = 0; i < 50_000; i++) {
            insert(index, hash(random.nextLong()));
        }
        BitSet seen = new BitSet();
        for (long[] page : addressesByPage(index)) {
            for (long address : page) {
                assertThat(seen.get((int) address)).isFalse();
                seen.set((int) address);
            }
        }
        assertThat(seen.cardinality()).isEqualTo(50_000);
    }

    /** Keys that agree in 16 bits make one page split until its tags say nothing more. */
    @Test
    void takesNewTagsFromTheKeysWhenTheOldAreUsedUp() throws IOException {
        Random random = new Random(3);
        AtomicLong rehashed = new AtomicLong();
        HashIndex index =
                HashIndex.create(
                        IndexRegions.ofMemory(),
                        STORE_ID,
                        address -> {
                            rehashed.incrementAndGet();
                            return hashes[(int) address];
                        });
        int keys = 20_000;
        long[] keyHashes = new long[keys];
        int[] addresses = new int[keys];
        for (int i = 0; i < keys; i++) {
            keyHashes[i] = 0xabcdL << 48 | random.nextLong() >>> 16;
            addresses[i] = insert(index, keyHashes[i]);
        }

        assertThat(rehashed.get()).isPositive();
        assertHolds(index, keyHashes, addresses);
    }

    @Test
    void noBucketWithAnEmptySlotHasDisplacedAKey() throws IOException {
        Random random = new Random(Seed.announce("HashIndexTest.noBucketWithAnEmptySlot"));
        KeptRegions regions = new KeptRegions();
        HashIndex index = create(regions);
        List<Integer> addresses = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            if (addresses.isEmpty() || random.nextInt(3) > 0) {
                addresses.add(insert(index, hash(random.nextLong())));
            } else {
                int last = addresses.size() - 1;
                int victim = random.nextInt(addresses.size());
                int address = addresses.set(victim, addresses.get(last));
                addresses.remove(last);
                index.remove(index.locate(hashes[address], address));
            }
        }
        index.markClean(new byte[0]);

        RawIndex raw = new RawIndex(regions);
        int displaced = 0;
        for (int page : raw.pages()) {
            for (int i = 0; i < 512; i++) {
                long slot = raw.slot(page, i);
                long address = slot & (1L << 40) - 1;
                if (address != 0) {
                    int home = (int) hashes[(int) address] & 63;
                    boolean isDisplaced = (slot >>> 40 & 1) == 1;
                    assertThat(isDisplaced).isEqualTo(home != i / 8);
                    if (isDisplaced) {
                        assertThat(raw.hasEmpty(page, home)).isFalse();
                        displaced++;
                    }
                }
            }
        }
        assertThat(displaced).isPositive();
    }

    @Test
    void keysAreFoundWhileTheIndexGrowsAroundThem() throws Exception {
        HashIndex index = create(IndexRegions.ofMemory());
        AtomicLong published = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Random random = new Random(i);
            Thread reader =
                    new Thread(
                            () -> {
                                try {
                                    for (long n = 0; n < 400_000; n = published.get()) {
                                        if (n > 0) {
                                            int address = 1 + random.nextInt((int) n);
                                            assertFound(index, hashes[address], address);
                                        }
                                    }
                                } catch (Throwable e) {
                                    failure.set(e);
                                }
                            });
            readers.add(reader);
            reader.start();
        }
        Random random = new Random(9);
        for (int i = 0; i < 400_000 && failure.get() == null; i++) {
            published.set(insert(index, hash(random.nextLong())));
        }
        published.set(400_000);
        for (Thread reader : readers) {
            reader.join();
        }

        assertThat(failure.get()).isNull();
    }

    @Test
    void comesBackAsACleanCloseLeftIt() throws IOException {
        byte[] note = new byte[10_000];
        new Random(4).nextBytes(note);
        int keys = 400_000; // more than one region
        HashIndex index = create(file());
        Random random = new Random(5);
        for (int i = 0; i < keys; i++) {
            insert(index, hash(random.nextLong()));
        }
        index.markClean(note);
        index.close();

        HashIndex opened = HashIndex.open(file(), STORE_ID, this::hashAt);
        assertThat(opened).isNotNull();
        assertThat(opened.note()).isEqualTo(note);
        assertThat(opened.keyCount()).isEqualTo(keys);
        for (int address = 1; address <= keys; address++) {
            assertFound(opened, hashes[address], address);
        }
        for (int i = 0; i < keys; i++) {
            insert(opened, hash(random.nextLong()));
        }
        for (int address = 1; address <= 2 * keys; address++) {
            assertFound(opened, hashes[address], address);
        }
        opened.close();
    }

    @Test
    void isNotTakenAgainOnceItWasMarkedInUse() throws IOException {
        closeClean(new byte[100]);
        HashIndex first = open();
        assertThat(first).isNotNull();
        assertThat(first.isAsClosed()).isTrue();
        first.markInUse();
        assertThat(first.isAsClosed()).isFalse();
        first.close();

        assertThat(open()).isNull();
    }

    /** The system may take a page for written that a force has failed to write. */
    @Test
    void isNotMarkedInUseByAForceAfterOneThatFailed() throws IOException {
        closeClean(new byte[100]);
        UnforceableRegions regions = new UnforceableRegions(file());
        HashIndex index = HashIndex.open(regions, STORE_ID, this::hashAt);
        assertThat(index).isNotNull();
        regions.fail = true;
        assertThatThrownBy(index::markInUse).isInstanceOf(IOException.class);
        regions.fail = false;
        assertThatThrownBy(index::markInUse).isInstanceOf(IOException.class);
        assertThat(index.isAsClosed()).isTrue();
        index.close();
    }

    @Test
    void staysCleanWhenOpenedReadOnly() throws IOException {
        closeClean(new byte[100]);
        HashIndex first =
                HashIndex.open(IndexRegions.ofFile(storage(), NAME, false), STORE_ID, this::hashAt);
        assertThat(first).isNotNull();
        assertThat(first.note()).hasSize(100);
        first.close();

        HashIndex second = open();
        assertThat(second).isNotNull();
        second.close();
    }

    @Test
    void isRefusedWithoutACleanClose() throws IOException {
        create(file()).close();

        assertThat(open()).isNull();
    }

    @Test
    void isRefusedIfItIsAnotherStores() throws IOException {
        closeClean(new byte[0]);

        assertThat(HashIndex.open(file(), STORE_ID + 1, this::hashAt)).isNull();
    }

    @Test
    void isRefusedIfItIsMissingOrEmpty() throws IOException {
        assertThat(open()).isNull();
        storage().allocate(NAME, 1);
        assertThat(open()).isNull();
    }

    @Test
    void isRefusedIfItWasCutShort() throws IOException {
        closeClean(new byte[5 << 20]);
        change(file -> file.setLength(file.length() - 1));

        assertThat(open()).isNull();
    }

    @Test
    void isRefusedIfAnyByteOfItsHeaderIsDamaged() throws IOException {
        closeClean(new byte[100]);
        for (int i = 0; i < IndexFormat.HEADER_SIZE_BYTES; i++) {
            flip(i);
            assertThat(open()).as("byte %d", i).isNull();
            flip(i);
        }
        HashIndex whole = open();
        assertThat(whole).isNotNull();
        whole.close();
    }

    @Test
    void aDamagedNoteIsNotHandedOut() throws IOException {
        byte[] note = new byte[100];
        Arrays.fill(note, (byte) 0x5a);
        closeClean(note);
        change(
                file -> {
                    byte[] bytes = new byte[(int) file.length()];
                    file.readFully(bytes);
                    int at = 0;
                    while (bytes[at] != 0x5a || bytes[at + 99] != 0x5a) {
                        at++;
                    }
                    file.seek(at + 50);
                    file.write(0x5b);
                });

        HashIndex opened = open();
        assertThat(opened).isNotNull();
        assertThat(opened.note()).isNull();
        opened.close();
    }

    // ---------------------------------------------------------------- helpers

    private HashIndex create(IndexRegions regions) throws IOException {
        return HashIndex.create(regions, STORE_ID, this::hashAt);
    }

    private @Nullable HashIndex open() throws IOException {
        return HashIndex.open(file(), STORE_ID, this::hashAt);
    }

    private void closeClean(byte[] note) throws IOException {
        HashIndex index = create(file());
        insert(index, hash(1));
        index.markClean(note);
        index.close();
    }

    private Storage storage() throws IOException {
        return DiskStorage.open(directory, true);
    }

    private IndexRegions file() throws IOException {
        return IndexRegions.ofFile(storage(), NAME, true);
    }

    private interface Change {
        void apply(RandomAccessFile file) throws IOException;
    }

    private void change(Change change) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve(NAME).toFile(), "rw")) {
            change.apply(file);
        }
    }

    private void flip(int offset) throws IOException {
        change(
                file -> {
                    file.seek(offset);
                    int old = file.read();
                    file.seek(offset);
                    file.write(old ^ 0x10);
                });
    }

    private long hash(long key) {
        byte[] bytes = new byte[8];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (key >>> i * 8);
        }
        return KeyHash.of(42, bytes);
    }

    private long hashAt(long address) {
        return hashes[(int) address];
    }

    private int address(long hash) {
        hashes[++lastAddress] = hash;
        return lastAddress;
    }

    private int insert(HashIndex index, long hash) throws IOException {
        int address = address(hash);
        index.reserve(1);
        index.insert(hash, address);
        return address;
    }

    private void assertHolds(HashIndex index, long[] keyHashes, int[] addresses) {
        for (int key = 0; key < keyHashes.length; key++) {
            if (addresses[key] != 0) {
                assertFound(index, keyHashes[key], addresses[key]);
            } else {
                assertThat(index.has(keyHashes[key], ABSENT)).isFalse();
                assertThat(index.locate(keyHashes[key], ABSENT)).isNegative();
            }
        }
    }

    // Not by AssertJ, which would take most of the time.
    private static void assertFound(HashIndex index, long hash, int address) {
        if (!index.has(hash, address)) {
            throw new AssertionError("The key at " + address + " was not found.");
        }
    }

    private static List<long[]> addressesByPage(HashIndex index) {
        List<long[]> pages = new ArrayList<>();
        long[] addresses = new long[512];
        long from = 0;
        do {
            HashIndex.Snapshot snapshot = index.snapshot(from, addresses);
            pages.add(Arrays.copyOf(addresses, snapshot.count()));
            from = snapshot.next();
        } while (from != 0);
        return pages;
    }
}
