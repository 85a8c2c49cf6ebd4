package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.testing.FormatTables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/format.md against the constants of the log's files. */
class FormatDocTest {

    private static final FormatTables PAGE = FormatTables.read();

    @Test
    void storeFile() {
        assertThat(PAGE.offsets("store file"))
                .contains(entry("first copy", 0))
                .contains(entry("second copy", StoreFile.SECOND_COPY_OFFSET));
        assertThat(PAGE.size("store file", "first copy")).isEqualTo(StoreFile.COPY_SIZE_BYTES);
        assertThat(PAGE.size("store file", "second copy")).isEqualTo(StoreFile.COPY_SIZE_BYTES);
        assertThat(PAGE.length("store file")).isEqualTo(StoreFile.SIZE_BYTES);
        assertThat(PAGE.offsets("store file copy"))
                .containsExactly(
                        entry("magic", StoreFile.MAGIC_OFFSET),
                        entry("version", StoreFile.VERSION_OFFSET),
                        entry("segment count", StoreFile.SEGMENT_COUNT_OFFSET),
                        entry("store id", StoreFile.STORE_ID_OFFSET),
                        entry("hash seed", StoreFile.HASH_SEED_OFFSET),
                        entry("segment size", StoreFile.SEGMENT_SIZE_OFFSET),
                        entry("revision", StoreFile.REVISION_OFFSET),
                        entry("hot generation", StoreFile.HOT_GENERATION_OFFSET),
                        entry("cold generation", StoreFile.COLD_GENERATION_OFFSET),
                        entry("hot end", StoreFile.HOT_END_OFFSET),
                        entry("cold end", StoreFile.COLD_END_OFFSET),
                        entry("checksum", StoreFile.CHECKSUM_OFFSET));
        assertThat(PAGE.length("store file copy")).isEqualTo(StoreFile.COPY_SIZE_BYTES);
        assertMagic("store file copy", StoreFile.MAGIC, StoreFile.VERSION);
    }

    @Test
    void segmentHeader() {
        assertThat(PAGE.offsets("segment header"))
                .containsExactly(
                        entry("magic", SegmentFormat.MAGIC_OFFSET),
                        entry("version", SegmentFormat.VERSION_OFFSET),
                        entry("kind", SegmentFormat.KIND_OFFSET),
                        entry("store id", SegmentFormat.STORE_ID_OFFSET),
                        entry("generation", SegmentFormat.GENERATION_OFFSET),
                        entry("previous generation", SegmentFormat.PREVIOUS_GENERATION_OFFSET),
                        entry("revision", SegmentFormat.REVISION_OFFSET),
                        entry("segment id", SegmentFormat.SEGMENT_ID_OFFSET),
                        entry("checksum", SegmentFormat.CHECKSUM_OFFSET),
                        entry("reserved", SegmentFormat.CHECKSUM_OFFSET + Integer.BYTES));
        assertThat(PAGE.length("segment header")).isEqualTo(SegmentFormat.COPY_SIZE_BYTES);
        assertThat(PAGE.says("at 0 and at " + SegmentFormat.SECOND_COPY_OFFSET)).isTrue();
        assertThat(PAGE.says("first record is at " + SegmentFormat.HEADER_SIZE_BYTES)).isTrue();
        assertMagic("segment header", SegmentFormat.MAGIC, SegmentFormat.VERSION);
    }

    @Test
    void fileNames() {
        assertThat(PAGE.says("`" + SegmentFormat.fileName(0) + "`")).isTrue();
        assertThat(PAGE.says("`" + SegmentFormat.hintName(0) + "`")).isTrue();
        assertThat(PAGE.says("`" + StoreFile.NAME + "`")).isTrue();
    }

    @Test
    void segmentKindsAndStates() {
        assertThat(PAGE.codes("segment kind"))
                .isEqualTo(codes(Segment.Kind.values(), Enum::name, kind -> kind.code));
        assertThat(PAGE.codes("segment state"))
                .isEqualTo(codes(Segment.State.values(), Enum::name, state -> state.code));
    }

    @Test
    void recordHeader() {
        assertThat(PAGE.offsets("record header"))
                .containsExactly(
                        entry("checksum", RecordFormat.CHECKSUM_OFFSET),
                        entry("key size", RecordFormat.KEY_SIZE_OFFSET),
                        entry("flags", RecordFormat.FLAGS_OFFSET),
                        entry("reserved", RecordFormat.RESERVED_OFFSET),
                        entry("sequence", RecordFormat.SEQUENCE_OFFSET),
                        entry("value size", RecordFormat.VALUE_SIZE_OFFSET),
                        entry("expiry", RecordFormat.EXPIRY_OFFSET));
        assertThat(RecordFormat.headerSize(0)).isEqualTo(RecordFormat.EXPIRY_OFFSET);
        assertThat(PAGE.length("record header"))
                .isEqualTo(RecordFormat.headerSize(RecordFormat.EXPIRY));
        assertThat(PAGE.codes("record flags"))
                .containsExactly(
                        entry("tombstone", RecordFormat.TOMBSTONE),
                        entry("expiry", RecordFormat.EXPIRY),
                        entry("batch", RecordFormat.BATCH),
                        entry("mark", RecordFormat.MARK),
                        entry("end", RecordFormat.END));
    }

    @Test
    void hint() {
        assertThat(PAGE.offsets("hint header"))
                .containsExactly(
                        entry("magic", HintFormat.MAGIC_OFFSET),
                        entry("version", HintFormat.VERSION_OFFSET),
                        entry("segment id", HintFormat.SEGMENT_ID_OFFSET),
                        entry("store id", HintFormat.STORE_ID_OFFSET),
                        entry("generation", HintFormat.GENERATION_OFFSET),
                        entry("end", HintFormat.END_OFFSET),
                        entry("entry count", HintFormat.ENTRY_COUNT_OFFSET),
                        entry("tombstone generation", HintFormat.TOMBSTONE_GENERATION_OFFSET),
                        entry("last sequence", HintFormat.LAST_SEQUENCE_OFFSET),
                        entry("earliest expiry", HintFormat.EARLIEST_EXPIRY_OFFSET),
                        entry("latest expiry", HintFormat.LATEST_EXPIRY_OFFSET),
                        entry("expiring bytes", HintFormat.EXPIRING_BYTES_OFFSET),
                        entry("listed", HintFormat.LISTED_OFFSET),
                        entry("checksum", HintFormat.CHECKSUM_OFFSET));
        assertThat(PAGE.length("hint header")).isEqualTo(HintFormat.HEADER_SIZE_BYTES);
        assertMagic("hint header", HintFormat.MAGIC, HintFormat.VERSION);
        assertThat(PAGE.offsets("hint entry"))
                .containsExactly(
                        entry("hash", HintFormat.ENTRY_HASH_OFFSET),
                        entry("sequence", HintFormat.ENTRY_SEQUENCE_OFFSET),
                        entry("offset", HintFormat.ENTRY_ADDRESS_OFFSET),
                        entry("size", HintFormat.ENTRY_SIZE_OFFSET));
        assertThat(PAGE.length("hint entry")).isEqualTo(HintFormat.ENTRY_SIZE_BYTES);
    }

    @Test
    void checksumOfTheCheckString() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(Crc32c.of(digits, new byte[0])).isEqualTo(0xE3069283);
        assertThat(PAGE.says("`0xE3069283`")).isTrue();
    }

    @Test
    void addressesOfTheDefaultSegmentSize() {
        RecordAddress addresses = new RecordAddress(16 << 20);

        assertThat(addresses.of(1, 0)).isEqualTo(1L << 21);
        assertThat(addresses.of(0, 8)).isEqualTo(1);
        assertThat(addresses.maxSegments()).isEqualTo(524_288);
        assertThat(PAGE.says("21 with 16 MiB")).isTrue();
        assertThat(PAGE.says("524,288 with 16 MiB")).isTrue();
        assertThat(PAGE.size("slot", "address")).isEqualTo(RecordAddress.BITS);
    }

    /** The real reader takes the example, and no other seed or byte of it will do. */
    @Test
    void exampleOfARecord() {
        byte[] example = PAGE.example("record");
        ByteBuffer record = ByteBuffer.wrap(example).order(ByteOrder.LITTLE_ENDIAN);
        int seed = seedOfTheExample();

        assertThat(PAGE.says(String.format("`0x%08x`", seed))).isTrue();
        assertThat(PAGE.says(String.format("`0x%08x`", record.getInt(0)))).isTrue();
        assertThat(RecordFormat.problem(record, 0, example.length, seed)).isNull();
        assertThat(RecordFormat.size(record, 0)).isEqualTo(example.length);
        assertThat(RecordFormat.sequence(record, 0)).isEqualTo(42);
        int key = RecordFormat.headerSize(RecordFormat.flags(record, 0));
        int value = key + RecordFormat.keySize(record, 0);
        int end = value + RecordFormat.valueSize(record, 0);
        assertThat(Arrays.copyOfRange(example, key, value)).asString().isEqualTo("name");
        assertThat(Arrays.copyOfRange(example, value, end)).asString().isEqualTo("Ada");

        assertThat(RecordFormat.problem(record, 0, example.length, seed + 1)).isNotNull();
        for (int i = 0; i < end; i++) {
            example[i] ^= 1;
            assertThat(RecordFormat.problem(record, 0, example.length, seed)).isNotNull();
            example[i] ^= 1;
        }
    }

    /** The writer makes the same header. */
    @Test
    void exampleAsItIsWritten() {
        byte[] example = PAGE.example("record");
        ByteBuffer written = ByteBuffer.allocate(example.length).order(ByteOrder.LITTLE_ENDIAN);
        byte[] key = "name".getBytes(StandardCharsets.US_ASCII);
        byte[] value = "Ada".getBytes(StandardCharsets.US_ASCII);
        written.put(RecordFormat.HEADER_SIZE_BYTES, key);
        written.put(RecordFormat.HEADER_SIZE_BYTES + key.length, value);

        int checksum = Crc32c.of(key, value);
        RecordFormat.writeHeader(written, 0, 0, 4, 3, 42, 0, checksum, seedOfTheExample());

        assertThat(written.array()).isEqualTo(example);
    }

    private static int seedOfTheExample() {
        Segment segment = new Segment(3, new MemoryRegion(64), 0x0123456789abcdefL, 64);
        return segment.seed(7);
    }

    private static void assertMagic(String layout, long magic, int version) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, magic);

        assertThat(PAGE.literal(layout, "magic"))
                .isEqualTo(new String(bytes, StandardCharsets.US_ASCII));
        assertThat(PAGE.literal(layout, "version")).isEqualTo(Integer.toString(version));
    }

    private static <T> Map<String, Integer> codes(
            T[] values, Function<T, String> name, ToIntFunction<T> code) {
        return Arrays.stream(values)
                .collect(
                        Collectors.toMap(
                                value -> name.apply(value).toLowerCase(Locale.ROOT),
                                code::applyAsInt,
                                (one, other) -> other,
                                LinkedHashMap::new));
    }
}
