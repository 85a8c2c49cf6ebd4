package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.internal.index.KeyMatcher.Answer;
import dev.kvstore.internal.log.RecyclingLog;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reader who is suspended between the slot and the record, while the segment is used again. */
class RecordReaderTest {

    private static final String KEY = "key";
    private static final byte[] KEY_BYTES = KEY.getBytes(StandardCharsets.UTF_8);

    private final RecyclingLog segments = new RecyclingLog();

    @ParameterizedTest
    @CsvSource({"VALUE, true", "VALUE, false", "HEADER, true"})
    void findsTheRecordOfAnotherLifeMoved(RecordReader.Part part, boolean verify) {
        RecordReader reader = new RecordReader(segments.log(), KEY_BYTES, part, verify);
        long address = segments.append(KEY, "before");
        reader.locate(address);

        long again = useTheSegmentAgain("after");

        assertThat(again).isEqualTo(address);
        assertThat(reader.match()).isEqualTo(Answer.MOVED);
        reader.locate(address);
        assertThat(reader.match()).isEqualTo(Answer.YES);
    }

    @ParameterizedTest
    @CsvSource({"VALUE, true", "VALUE, false", "HEADER, true"})
    void findsARecordMovedThoughNothingWasWrittenThereYet(RecordReader.Part part, boolean verify) {
        RecordReader reader = new RecordReader(segments.log(), KEY_BYTES, part, verify);
        long address = segments.append(KEY, "before");
        reader.locate(address);

        segments.recycle();
        segments.recycle();
        segments.recycle();

        assertThat(reader.match()).isEqualTo(Answer.MOVED);
    }

    private long useTheSegmentAgain(String value) {
        segments.recycle();
        segments.recycle();
        segments.recycle();
        return segments.append(KEY, value);
    }
}
