package dev.kvstore.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("sets the default locale")
class SegmentFormatTest {

    @Test
    void namesHaveEightDigitsOrMore() {
        assertThat(SegmentFormat.fileName(0)).isEqualTo("segment-00000000.kvs");
        assertThat(SegmentFormat.hintName(12_345_678)).isEqualTo("segment-12345678.hint");
        assertThat(SegmentFormat.fileName(Integer.MAX_VALUE)).isEqualTo("segment-2147483647.kvs");
    }

    @Test
    void namesDoNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertThat(SegmentFormat.fileName(7)).isEqualTo("segment-00000007.kvs");
            assertThat(SegmentFormat.hintName(7)).isEqualTo("segment-00000007.hint");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void idIsThatOfTheName() {
        for (int id : new int[] {0, 7, 99_999_999, 100_000_000, Integer.MAX_VALUE}) {
            assertThat(SegmentFormat.idOf(SegmentFormat.fileName(id))).isEqualTo(id);
        }
    }

    @Test
    void otherNamesHaveNone() {
        assertThat(SegmentFormat.idOf("segment-7.kvs")).isEqualTo(-1);
        assertThat(SegmentFormat.idOf("segment-00000007.hint")).isEqualTo(-1);
        assertThat(SegmentFormat.idOf("segment-000000007.kvs")).isEqualTo(-1);
        assertThat(SegmentFormat.idOf("segment-2147483648.kvs")).isEqualTo(-1);
        assertThat(
                        SegmentFormat.idOf(
                                "segment-\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0667.kvs"))
                .isEqualTo(-1);
    }
}
