package dev.kvstore.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.concurrent.Operation.Kind;
import dev.kvstore.testing.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The judge is judged first: known good and known bad histories. */
class LinearizabilityCheckerTest {

    private static final long NONE = Operation.ABSENT;

    private final LinearizabilityChecker checker = new LinearizabilityChecker();

    // ---------------------------------------------------------------- good ones

    @Test
    void oneAfterTheOther() {
        assertGood(
                get(1, 2, NONE),
                set(3, 4, 1),
                get(5, 6, 1),
                compareAndSet(7, 8, 1, 2, true),
                compareAndSet(9, 10, 1, 3, false),
                setIfAbsent(11, 12, 4, false),
                delete(13, 14, true),
                delete(15, 16, false),
                update(17, 18, 5, false),
                contains(19, 20, false),
                setIfAbsent(21, 22, 6, true),
                update(23, 24, 7, true),
                contains(25, 26, true),
                get(27, 28, 7));
    }

    @Test
    void aReadBesideAWriteMaySeeEither() {
        assertGood(set(1, 10, 1), get(2, 3, NONE), get(4, 5, 1), get(6, 7, 1));
        assertBad(set(11, 20, 2), get(12, 13, 2), get(14, 15, 1));
    }

    @Test
    void writesBesideEachOtherMayBeInAnyOrder() {
        assertGood(set(1, 10, 1), set(1, 10, 2), get(11, 12, 1));
        assertGood(set(21, 30, 3), set(21, 30, 4), get(31, 32, 4));
    }

    @Test
    void laterReadsDecideWhichOfTwoWritesWasFirst() {
        assertGood(set(1, 10, 1), set(2, 9, 2), get(3, 4, 2), get(5, 6, 1), get(11, 12, 1));
        assertBad(set(21, 30, 3), set(22, 29, 4), get(23, 24, 4), get(25, 26, 3), get(31, 32, 4));
    }

    @Test
    void anEqualStampIsNoOrder() {
        assertGood(set(1, 5, 1), get(5, 6, NONE));
    }

    @Test
    void aCallThatThrewMayHaveHadItsEffectOrNot() {
        assertGood(threw(Kind.SET, 1, 5, 1), get(6, 7, 1));
        assertGood(threw(Kind.SET, 11, 15, 2), get(16, 17, 1));
        assertGood(threw(Kind.DELETE, 21, 25, NONE), get(26, 27, NONE));
    }

    @Test
    void aHistoryMayComeInParts() {
        assertGood(set(1, 2, 1));
        assertGood(get(3, 4, 1), set(5, 8, 2), set(6, 7, 3));
        assertGood(get(9, 10, 3));
        assertThat(checker.checked()).isEqualTo(5);
        assertBad(get(11, 12, 2));
    }

    // ---------------------------------------------------------------- bad ones

    @Test
    void aStaleRead() {
        assertBad(set(1, 2, 1), set(3, 4, 2), get(5, 6, 1));
    }

    @Test
    void aReadFromTheFuture() {
        assertBad(get(1, 2, 1), set(3, 4, 1));
    }

    @Test
    void aLostUpdate() {
        assertBad(
                set(1, 2, 1),
                compareAndSet(3, 6, 1, 2, true),
                compareAndSet(4, 5, 1, 3, true),
                get(7, 8, 3));
    }

    @Test
    void twoThatWereBothTheFirst() {
        assertBad(setIfAbsent(1, 4, 1, true), setIfAbsent(2, 3, 2, true));
    }

    @Test
    void twoThatBothDeleted() {
        assertBad(set(1, 2, 1), delete(3, 6, true), delete(4, 5, true));
    }

    @Test
    void aValueBackFromTheDead() {
        assertBad(set(1, 2, 1), delete(3, 4, true), get(5, 6, NONE), get(7, 8, 1));
    }

    @Test
    void aValueThatVanishes() {
        assertBad(set(1, 2, 1), get(3, 4, NONE));
        assertBad(set(11, 12, 1), contains(13, 14, false));
    }

    @Test
    void anUpdateThatDidNotFindWhatWasThereThroughout() {
        assertBad(set(1, 2, 1), set(3, 6, 2), update(4, 5, 3, false));
    }

    @Test
    void aCallThatThrewAndTookEffectLaterThanItCould() {
        assertBad(set(1, 2, 1), threw(Kind.SET, 3, 5, 2), get(6, 7, 1), get(8, 9, 2));
    }

    @Test
    void whatIsShownIsNoLongerThanNeeded() {
        assertThatThrownBy(
                        () ->
                                checker.check(
                                        List.of(
                                                set(1, 2, 1),
                                                get(3, 4, 1),
                                                set(5, 20, 2),
                                                get(6, 10, 2),
                                                contains(7, 12, true),
                                                get(11, 13, 1),
                                                get(14, 15, 2))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("one of [1]")
                .hasMessageContaining("SET(2)")
                .hasMessageContaining("GET() -> 2")
                .hasMessageContaining("[11, 13] client 0: GET() -> 1")
                .hasMessageContaining("That value's writer: [1, 2] client 0: SET(1)")
                .hasMessageNotContaining("CONTAINS")
                .hasMessageNotContaining("[3, 4]")
                .hasMessageNotContaining("[14, 15]");
    }

    /** On small histories the answer must be that of trying every order. */
    @Test
    void agreesWithTryingAllOrders() {
        long seed = Seed.announce("Linearizability checker");
        Random random = new Random(seed);
        int good = 0;
        for (int i = 0; i < 20_000; i++) {
            List<Operation> history = randomHistory(random);
            boolean expected = isExplainedBySomeOrder(history, new ArrayList<>(), NONE);
            assertThat(isGood(history)).as("%s", history).isEqualTo(expected);
            good += expected ? 1 : 0;
        }
        assertThat(good).isBetween(2_000, 18_000);
    }

    private static boolean isGood(List<Operation> history) {
        try {
            new LinearizabilityChecker().check(history);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    private static List<Operation> randomHistory(Random random) {
        List<Operation> history = new ArrayList<>();
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            long invoked = random.nextInt(12);
            long result =
                    random.nextInt(10) == 0
                            ? Operation.UNKNOWN
                            : kind == Kind.GET ? random.nextInt(count) : random.nextInt(2);
            long value = kind == Kind.DELETE ? NONE : i + 1;
            long returned = invoked + 1 + random.nextInt(8);
            history.add(
                    new Operation(
                            i, kind, value, random.nextInt(count), result, invoked, returned));
        }
        return history;
    }

    private static boolean isExplainedBySomeOrder(
            List<Operation> history, List<Operation> done, long value) {
        List<Operation> rest = new ArrayList<>(history);
        rest.removeAll(done);
        if (rest.isEmpty()) {
            return true;
        }
        for (Operation next : rest) {
            if (rest.stream().anyMatch(other -> other.returned() < next.invoked())) {
                continue;
            }
            List<Operation> longer = new ArrayList<>(done);
            longer.add(next);
            long after = next.apply(value);
            if (after != Operation.IMPOSSIBLE && isExplainedBySomeOrder(history, longer, after)
                    || next.result() == Operation.UNKNOWN
                            && isExplainedBySomeOrder(history, longer, value)) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- short forms

    private void assertGood(Operation... history) {
        assertThatCode(() -> checker.check(Arrays.asList(history))).doesNotThrowAnyException();
    }

    private void assertBad(Operation... history) {
        assertThatThrownBy(() -> checker.check(Arrays.asList(history)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("Not linearizable");
    }

    private static Operation get(long from, long to, long result) {
        return new Operation(0, Kind.GET, NONE, NONE, result, from, to);
    }

    private static Operation contains(long from, long to, boolean result) {
        return new Operation(0, Kind.CONTAINS, NONE, NONE, number(result), from, to);
    }

    private static Operation set(long from, long to, long value) {
        return new Operation(0, Kind.SET, value, NONE, 1, from, to);
    }

    private static Operation update(long from, long to, long value, boolean result) {
        return new Operation(0, Kind.UPDATE, value, NONE, number(result), from, to);
    }

    private static Operation setIfAbsent(long from, long to, long value, boolean result) {
        return new Operation(0, Kind.SET_IF_ABSENT, value, NONE, number(result), from, to);
    }

    private static Operation compareAndSet(
            long from, long to, long expected, long value, boolean result) {
        return new Operation(0, Kind.COMPARE_AND_SET, value, expected, number(result), from, to);
    }

    private static Operation delete(long from, long to, boolean result) {
        return new Operation(0, Kind.DELETE, NONE, NONE, number(result), from, to);
    }

    private static Operation threw(Kind kind, long from, long to, long value) {
        return new Operation(0, kind, value, NONE, Operation.UNKNOWN, from, to);
    }

    private static long number(boolean result) {
        return result ? 1 : 0;
    }
}
