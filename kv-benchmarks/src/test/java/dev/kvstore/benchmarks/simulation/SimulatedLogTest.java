package dev.kvstore.benchmarks.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SimulatedLogTest {

    private static final int KEYS = 20_000;
    private static final Policy GREEDY = new Policy("greedy", false, false);

    @ParameterizedTest
    @EnumSource(Updates.class)
    void everyKeyStaysThere(Updates updates) {
        for (Policy policy : new Policy[] {GREEDY, new Policy("by age", true, true)}) {
            SimulatedLog log = new SimulatedLog(policy, KEYS, 100, 0.8);
            update(log, updates, 3 * KEYS);
            assertThat(log.live()).isEqualTo(KEYS);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void updatesInOrderLeaveNothingToCopy(boolean byAge, boolean apart) {
        SimulatedLog log = new SimulatedLog(new Policy("", byAge, apart), KEYS, 100, 0.9);
        update(log, Updates.SEQUENTIAL, 5 * KEYS);
        assertThat(log.copied()).isZero();
    }

    // Under greedy and uniform updates the live share u of victims solves fill = (u - 1) / ln u.
    @ParameterizedTest
    @CsvSource({"0.7, 0.467", "0.8, 0.629"})
    void greedyCopiesWhatTheoryPredicts(double fill, double liveInVictims) {
        SimulatedLog log = new SimulatedLog(GREEDY, KEYS, 100, fill);
        update(log, Updates.UNIFORM, 10 * KEYS);
        long before = log.copied();
        update(log, Updates.UNIFORM, 10 * KEYS);
        double copies = (double) (log.copied() - before) / (10 * KEYS);
        double predicted = liveInVictims / (1 - liveInVictims);
        assertThat(copies).isCloseTo(predicted, within(0.1 * predicted));
    }

    private static void update(SimulatedLog log, Updates updates, int count) {
        IntUnaryOperator keys = updates.keys(KEYS);
        for (int update = 0; update < count; update++) {
            log.update(keys.applyAsInt(update));
        }
    }
}
