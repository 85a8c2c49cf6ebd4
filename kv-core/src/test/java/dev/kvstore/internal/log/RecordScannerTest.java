package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordScannerTest {

    private static final int SIZE_BYTES = 64 << 10;

    private final Segment segment = Records.segment(5, SIZE_BYTES, 9);
    private final Records records = Records.to(segment);

    @Test
    void deliversRecordsInTheOrderTheyWereWritten() {
        records.value("a", "1");
        records.expiring("bb", "", 1_000);
        records.tombstone("a", 9);
        records.mark(64);
        records.end(10);

        RecordScanner scanner = new RecordScanner(segment, SIZE_BYTES);
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.isValue()).isTrue();
        assertThat(key(scanner)).isEqualTo("a");
        assertThat(scanner.sequence()).isEqualTo(1);
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.isValue()).isTrue();
        assertThat(key(scanner)).isEqualTo("bb");
        assertThat(RecordFormat.expiry(segment.buffer, scanner.offset())).isEqualTo(1_000);
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.isTombstone()).isTrue();
        assertThat(scanner.isValue()).isFalse();
        assertThat(scanner.note()).isEqualTo(9);
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.flags()).isEqualTo(RecordFormat.MARK);
        assertThat(scanner.note()).isEqualTo(64);
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.flags()).isEqualTo(RecordFormat.END);
        assertThat(scanner.end()).isEqualTo(segment.tail);
        assertThat(scanner.next()).isFalse();
        assertThat(scanner.problem()).isNotNull();
        assertThat(scanner.end()).isEqualTo(segment.tail);
    }

    @Test
    void stopsAtTheLimitWithoutAProblem() {
        records.value("a", "1");
        int limit = segment.tail;
        records.value("b", "2");

        RecordScanner scanner = new RecordScanner(segment, limit);
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.next()).isFalse();
        assertThat(scanner.problem()).isNull();
    }

    /** A new process has to ask the system for the memory of each, and the log may be large. */
    @Test
    void makesNoObjectsForARecord() throws ReflectiveOperationException {
        for (int i = 0; i < 500; i++) {
            records.value("key-" + i, "value");
        }
        scanAll(); // what is made once
        allocatedBytes();

        long before = allocatedBytes();
        int count = scanAll();
        long allocated = allocatedBytes() - before;

        assertThat(count).isEqualTo(500);
        assertThat(allocated).isLessThan(8 * count);
    }

    /** By name, for the module under test does not require the one that tells. */
    private static long allocatedBytes() throws ReflectiveOperationException {
        Object threads =
                Class.forName("java.lang.management.ManagementFactory")
                        .getMethod("getThreadMXBean")
                        .invoke(null);
        return (long)
                Class.forName("com.sun.management.ThreadMXBean")
                        .getMethod("getThreadAllocatedBytes", long.class)
                        .invoke(threads, Thread.currentThread().getId());
    }

    private int scanAll() {
        RecordScanner scanner = new RecordScanner(segment, segment.tail);
        int count = 0;
        while (scanner.next()) {
            count++;
        }
        return count;
    }

    @Test
    void takesNoZerosForARecord() {
        RecordScanner scanner = new RecordScanner(segment, SIZE_BYTES);

        assertThat(scanner.next()).isFalse();
        assertThat(scanner.problem()).isNotNull();
        assertThat(scanner.end()).isEqualTo(SegmentFormat.HEADER_SIZE_BYTES);
    }

    @Test
    void deliversABatchBeforeItsRecords() {
        records.value("before", "0");
        records.batch(
                2,
                () -> {
                    records.value("a", "1");
                    records.tombstone("b", 9);
                });
        records.value("after", "2");

        assertThat(scan()).containsExactly("before", "batch", "a", "b", "after");
    }

    @Test
    void deliversNothingOfATornBatch() {
        records.value("before", "0");
        int last = segment.tail;
        records.batch(
                2,
                () -> {
                    records.value("a", "1");
                    records.value("b", "2");
                });
        int at = segment.tail - 8;
        segment.buffer.put(at, (byte) (segment.buffer.get(at) ^ 1));

        RecordScanner scanner = new RecordScanner(segment, SIZE_BYTES);
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.next()).isFalse();
        assertThat(scanner.problem()).isEqualTo("a wrong checksum");
        assertThat(scanner.end()).isEqualTo(last);
    }

    @Test
    void doesNotSeeWhatAnEarlierLifeLeft() {
        records.value("old", "1");
        records.value("older", "2");
        segment.begin(Segment.Kind.HOT, 10, 9);
        Records.to(segment).value("new", "3");

        assertThat(scan()).containsExactly("new");
    }

    @Test
    void doesNotSeeWhatAnotherSegmentOfTheSameGenerationHas() {
        records.value("a", "1");
        Segment other = Records.segment(6, SIZE_BYTES, 9);
        byte[] bytes = new byte[segment.tail - SegmentFormat.HEADER_SIZE_BYTES];
        segment.buffer.get(SegmentFormat.HEADER_SIZE_BYTES, bytes);
        other.buffer.put(SegmentFormat.HEADER_SIZE_BYTES, bytes);

        assertThat(new RecordScanner(other, SIZE_BYTES).next()).isFalse();
    }

    @Test
    void findsEachFlippedBit() {
        int offset = records.expiring("key", "value", 77);
        int size = RecordFormat.headerSize(RecordFormat.EXPIRY) + "keyvalue".length();
        for (int bit = 0; bit < size * 8; bit++) {
            int at = offset + bit / 8;
            byte flip = (byte) (1 << bit % 8);
            segment.buffer.put(at, (byte) (segment.buffer.get(at) ^ flip));
            assertThat(new RecordScanner(segment, SIZE_BYTES).next()).as("bit %d", bit).isFalse();
            segment.buffer.put(at, (byte) (segment.buffer.get(at) ^ flip));
        }
        assertThat(new RecordScanner(segment, SIZE_BYTES).next()).isTrue();
    }

    @Test
    void refusesEverySizeThatDoesNotFit() {
        int offset = records.value("key", "value");
        for (int size : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, SIZE_BYTES - 64}) {
            segment.buffer.putInt(offset + RecordFormat.VALUE_SIZE_OFFSET, size);
            RecordScanner scanner = new RecordScanner(segment, SIZE_BYTES);
            assertThat(scanner.next()).isFalse();
            assertThat(scanner.problem()).isEqualTo("a record of impossible size");
        }
    }

    @Test
    void livesThroughAnyBytes() {
        Random random = new Random(1);
        byte[] bytes = new byte[SIZE_BYTES - 64];
        for (int i = 0; i < 100; i++) {
            random.nextBytes(bytes);
            segment.buffer.put(64, bytes);
            assertThat(new RecordScanner(segment, SIZE_BYTES).next()).isFalse();
        }
    }

    @Test
    void aMarkBehindDamageTellsThatItWasDurable() {
        int first = records.value("a", "1");
        int second = records.value("b", "2");
        int third = records.value("c", "3");
        records.mark(third);

        assertThat(Judgement.isMarkedDurable(segment, first)).isTrue();
        assertThat(Judgement.isMarkedDurable(segment, second)).isTrue();
        assertThat(Judgement.isMarkedDurable(segment, third)).isFalse();
        assertThat(Judgement.provesWhatIsBefore(segment)).isTrue();
        // A wrong size hides where the mark begins.
        segment.buffer.putInt(second + RecordFormat.VALUE_SIZE_OFFSET, 30_000);
        assertThat(Judgement.isMarkedDurable(segment, second)).isTrue();
        segment.begin(Segment.Kind.HOT, 10, 9);
        assertThat(Judgement.isMarkedDurable(segment, second)).isFalse();
        assertThat(Judgement.provesWhatIsBefore(segment)).isFalse();
    }

    private List<String> scan() {
        List<String> keys = new ArrayList<>();
        RecordScanner scanner = new RecordScanner(segment, SIZE_BYTES);
        while (scanner.next()) {
            keys.add(scanner.isBatch() ? "batch" : key(scanner));
        }
        return keys;
    }

    private String key(RecordScanner scanner) {
        byte[] key = new byte[scanner.keySize()];
        segment.buffer.get(scanner.keyOffset(), key);
        return new String(key, StandardCharsets.UTF_8);
    }
}
