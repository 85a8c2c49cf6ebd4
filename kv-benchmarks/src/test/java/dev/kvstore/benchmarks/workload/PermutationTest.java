package dev.kvstore.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 100, 127, 128, 129, 10_000, 1_000_000})
    void holdsEveryNumberOnce(int size) {
        for (long seed = -3; seed < 10; seed++) {
            Permutation order = new Permutation(size, seed);
            BitSet seen = new BitSet(size);
            for (int i = 0; i < size; i++) {
                int number = Math.toIntExact(order.at(i));
                assertThat(seen.get(number)).isFalse();
                seen.set(number);
            }
            assertThat(seen.cardinality()).isEqualTo(size);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1024, 1025, 1_000_000})
    void isShuffled(int size) {
        Permutation order = new Permutation(size, 1);
        Permutation other = new Permutation(size, 2);
        int near = 0;
        int same = 0;
        for (int i = 1; i < size; i++) {
            near += Math.abs(order.at(i) - order.at(i - 1)) < size / 10 ? 1 : 0;
            same += order.at(i) == other.at(i) ? 1 : 0;
        }
        assertThat((double) near / size).isBetween(0.15, 0.23); // 0.19 for a true shuffle
        assertThat(same).isLessThan(20); // 1 on average for true shuffles
    }
}
