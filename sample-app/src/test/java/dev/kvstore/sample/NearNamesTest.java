package dev.kvstore.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNamesTest {

    @ParameterizedTest
    @CsvSource({"'', '', 0", "a, '', 1", "kitten, sitting, 3", "abc, acb, 2", "same, same, 0"})
    void editsAreCounted(String a, String b, int edits) {
        assertThat(NearNames.edits(a, b, 5)).isEqualTo(edits);
        assertThat(NearNames.edits(b, a, 5)).isEqualTo(edits);
    }

    @Test
    void moreEditsThanAskedForAreNotCounted() {
        assertThat(NearNames.edits("a".repeat(10), "b".repeat(10), 2)).isEqualTo(3);
        assertThat(NearNames.edits("a", "a".repeat(10), 2)).isEqualTo(3);
    }

    @Test
    void theNearestComesFirst() {
        assertThat(NearNames.of("Lst", Stream.of("Set", "LstView", "Last", "List", "lst", "Map")))
                .containsExactly("lst", "Last", "List", "LstView");
    }

    @Test
    void nothingNearIsNothing() {
        assertThat(NearNames.of("Zebra", Stream.of("List", "Map"))).isEmpty();
    }

    @Test
    void noMoreThanAFewAreSuggested() {
        assertThat(NearNames.of("a", IntStream.range(10, 99).mapToObj(i -> "a" + i)))
                .containsExactly("a10", "a11", "a12", "a13", "a14");
    }
}
