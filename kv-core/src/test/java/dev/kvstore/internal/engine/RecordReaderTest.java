package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.internal.index.KeyMatcher.Mismatch;
import dev.kvstore.internal.log.RecyclingLog;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reader who is suspended between the slot and the record, while the segment is used again. */
class RecordReaderTest {

    private static final String KEY = "key";
    private static final byte[] KEY_BYTES = KEY.getBytes(StandardCharsets.UTF_8);

    private final RecyclingLog segments = new RecyclingLog();

    @ParameterizedTest
    @CsvSource({"VALUE, true", "VALUE, false", "EXPIRY, true", "KEY, true"})
    void findsTheRecordOfAnotherLifeMoved(RecordReader.Part part, boolean verify) {
        RecordReader reader = reader(part, verify);
        long address = segments.append(KEY, "before");
        long life = reader.lifeOf(address);

        long again = useTheSegmentAgain("after");

        assertThat(again).isEqualTo(address);
        assertMoved(reader, address, life);
        assertThat(reader.match(KEY_BYTES, address, reader.lifeOf(address))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"VALUE, true", "VALUE, false", "EXPIRY, true", "KEY, true"})
    void findsARecordMovedThoughNothingWasWrittenThereYet(RecordReader.Part part, boolean verify) {
        RecordReader reader = reader(part, verify);
        long address = segments.append(KEY, "before");
        long life = reader.lifeOf(address);

        segments.recycle();
        segments.recycle();
        segments.recycle();

        assertMoved(reader, address, life);
    }

    private RecordReader reader(RecordReader.Part part, boolean verify) {
        return new RecordReader(segments.log(), Clock.systemUTC(), part, verify);
    }

    private static void assertMoved(RecordReader reader, long address, long life) {
        assertThat(reader.match(KEY_BYTES, address, life)).isNull();
        assertThat(reader.mismatch(KEY_BYTES, address, life)).isEqualTo(Mismatch.MOVED);
    }

    private long useTheSegmentAgain(String value) {
        segments.recycle();
        segments.recycle();
        segments.recycle();
        return segments.append(KEY, value);
    }
}
