package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.kvstore.testing.FormatTables;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Holds docs/format.md against the constants of the index file. */
class FormatDocTest {

    private static final FormatTables PAGE = FormatTables.read();

    @Test
    void header() {
        assertThat(PAGE.offsets("index header"))
                .containsExactly(
                        entry("magic", IndexFormat.MAGIC_OFFSET),
                        entry("version", IndexFormat.VERSION_OFFSET),
                        entry("state", IndexFormat.STATE_OFFSET),
                        entry("store id", IndexFormat.STORE_ID_OFFSET),
                        entry("key count", IndexFormat.KEY_COUNT_OFFSET),
                        entry("global depth", IndexFormat.GLOBAL_DEPTH_OFFSET),
                        entry("table page", IndexFormat.TABLE_PAGE_OFFSET),
                        entry("page count", IndexFormat.PAGE_COUNT_OFFSET),
                        entry("free page", IndexFormat.FREE_PAGE_OFFSET),
                        entry("stamp", IndexFormat.STAMP_OFFSET),
                        entry("note page", IndexFormat.NOTE_PAGE_OFFSET),
                        entry("note size", IndexFormat.NOTE_SIZE_OFFSET),
                        entry("note checksum", IndexFormat.NOTE_CHECKSUM_OFFSET),
                        entry("checksum page", IndexFormat.CHECKSUM_PAGE_OFFSET),
                        entry("header checksum", IndexFormat.HEADER_CHECKSUM_OFFSET),
                        entry("reserved", IndexFormat.HEADER_SIZE_BYTES));
        assertThat(PAGE.length("index header")).isEqualTo(IndexFormat.PAGE_SIZE_BYTES);
        assertThat(PAGE.codes("index state"))
                .containsExactly(
                        entry("in use", IndexFormat.STATE_IN_USE),
                        entry("clean", IndexFormat.STATE_CLEAN));
        byte[] magic = new byte[Long.BYTES];
        ByteBuffer.wrap(magic).order(ByteOrder.LITTLE_ENDIAN).putLong(0, IndexFormat.MAGIC);
        assertThat(PAGE.literal("index header", "magic"))
                .isEqualTo(new String(magic, StandardCharsets.US_ASCII));
        assertThat(PAGE.literal("index header", "version"))
                .isEqualTo(Integer.toString(IndexFormat.VERSION));
    }

    @Test
    void checksumPage() {
        assertThat(PAGE.offsets("index checksum page"))
                .containsExactly(
                        entry("checksums", 0), entry("checksum", ChecksumArea.CHECKSUM_OFFSET));
        assertThat(PAGE.length("index checksum page")).isEqualTo(IndexFormat.PAGE_SIZE_BYTES);
        assertThat(ChecksumArea.pagesFor(1)).isEqualTo(1);
        assertThat(ChecksumArea.pagesFor(1023)).isEqualTo(1);
        assertThat(ChecksumArea.pagesFor(1024)).isEqualTo(2);
        assertThat(PAGE.says("The checksums of 1,023 pages")).isTrue();
    }

    @Test
    void slot() {
        assertThat(PAGE.offsets("slot"))
                .containsExactly(
                        entry("address", 0),
                        entry("displaced", Slot.ADDRESS_BITS),
                        entry("tag", Slot.ADDRESS_BITS + 1));
        assertThat(PAGE.length("slot")).isEqualTo(Long.SIZE);
        assertThat(PAGE.size("slot", "address")).isEqualTo(Slot.ADDRESS_BITS);
        assertThat(Slot.DELETED).isEqualTo(1L << PAGE.offsets("slot").get("displaced"));
        int shift = Long.SIZE - PAGE.size("slot", "tag");
        for (int depth : new int[] {4, 16, 17, 32}) {
            long hash = new Random(depth).nextLong();
            long tag = (depth > 16 ? hash << 16 : hash) >>> shift;
            assertThat(Slot.of(Slot.signature(hash, depth), 5)).isEqualTo(tag << shift | 5);
            int other = Slot.homeBucket(hash) ^ ((int) tag & 63 | 1);
            assertThat(Slot.otherBucket(Slot.homeBucket(hash), Slot.signature(hash, depth)))
                    .isEqualTo(other);
        }
    }

    @Test
    void pageTableEntry() {
        assertThat(PAGE.offsets("page table entry"))
                .containsOnlyKeys("page", "depth", "stamp")
                .allSatisfy(
                        (field, bit) ->
                                assertThat(
                                                PageTable.entry(
                                                        field.equals("stamp") ? 1 : 0,
                                                        field.equals("depth") ? 1 : 0,
                                                        field.equals("page") ? 1 : 0))
                                        .isEqualTo(1L << bit));
        assertThat(PAGE.length("page table entry")).isEqualTo(Long.SIZE);
        int stamps = 1 << PAGE.size("page table entry", "stamp");
        assertThat(PageTable.entry(stamps, 0, 0)).isZero();
        assertThat(PageTable.entry(stamps - 1, 0, 0)).isNotZero();
    }

    @Test
    void sizes() {
        assertThat(IndexFormat.BUCKETS_PER_PAGE).isEqualTo(64);
        assertThat(IndexFormat.BUCKET_SLOTS).isEqualTo(8);
        assertThat(PAGE.says("It has 64 buckets of eight slots.")).isTrue();
        assertThat(IndexRegions.REGION_SIZE_BYTES).isEqualTo(4 << 20);
        assertThat(PageTable.PAGES_PER_REGION).isEqualTo(1024);
        assertThat(PAGE.says("regions of 4 MiB (1,024 pages)")).isTrue();
        assertThat(Slot.MAX_DEPTH).isEqualTo(32);
        assertThat(PAGE.says("depth at most 32")).isTrue();
    }

    /** The hash, computed a second time as the page says, with big numbers. */
    @Test
    void hashOfAKey() {
        Random random = new Random(1);
        for (int size = 1; size < 100; size++) {
            byte[] key = new byte[size];
            random.nextBytes(key);
            long seed = random.nextLong();
            assertThat(KeyHash.of(seed, key)).as("size %d", size).isEqualTo(hash(seed, key));
        }
    }

    private static long hash(long seed, byte[] key) {
        long p0 = 0xa0761d6478bd642fL;
        long p1 = 0xe7037ed1a0b428dbL;
        int n = key.length;
        byte[] padded = java.util.Arrays.copyOf(key, n + 8);
        ByteBuffer words = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
        long h = seed ^ mix(seed ^ p0, n ^ p1);
        int whole = n / 8 * 8;
        for (int i = 0; i < whole; i += 8) {
            h = mix(h ^ words.getLong(i), p1 ^ i);
        }
        if (whole < n) {
            h = mix(h ^ words.getLong(whole), p0 ^ n);
        }
        BigInteger e = unsigned(mix(h ^ p0, p1));
        BigInteger u = e.shiftRight(32);
        BigInteger most = BigInteger.valueOf(0xffff_ffffL);
        BigInteger bow = u.multiply(most.subtract(u)).shiftRight(32);
        BigInteger bent = u.add(bow.multiply(BigInteger.valueOf(22479)).shiftRight(16));
        assertThat(PAGE.says("* 22479) >> 16")).isTrue();
        return bent.shiftLeft(32).or(e.and(most)).longValue();
    }

    private static long mix(long a, long b) {
        BigInteger product = unsigned(a).multiply(unsigned(b));
        return product.shiftRight(64).longValue() ^ product.longValue();
    }

    private static BigInteger unsigned(long number) {
        return new BigInteger(Long.toUnsignedString(number));
    }
}
