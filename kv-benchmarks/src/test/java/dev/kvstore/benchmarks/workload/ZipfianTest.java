package dev.kvstore.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ZipfianTest {

    @Test
    void lowRanksComeUpInProportion() {
        int size = 1000;
        int draws = 1_000_000;
        int[] counts = new int[size];
        Zipfian zipfian = new Zipfian(size);
        Draw draw = new Draw(1);
        for (int i = 0; i < draws; i++) {
            counts[Math.toIntExact(zipfian.rank(draw.fraction()))]++;
        }
        assertThat((double) counts[1] / counts[0]).isCloseTo(Math.pow(0.5, 0.99), within(0.02));
        assertThat((double) counts[9] / counts[0]).isCloseTo(Math.pow(0.1, 0.99), within(0.02));
        assertThat(counts[size - 1]).isPositive();
    }

    @Test
    void staysWithinItsSize() {
        for (long size = 1; size < 5; size++) {
            Zipfian zipfian = new Zipfian(size);
            assertThat(zipfian.rank(0)).isZero();
            assertThat(zipfian.rank(Math.nextDown(1.0))).isLessThan(size);
        }
    }
}
