package dev.kvstore.concurrent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whether what was observed of one key can be explained by calls that each took effect at
 * one moment between invocation and return. That is enough for a store: if each key is
 * linearizable, all are (Herlihy and Wing, "Linearizability", TOPLAS 1990).
 *
 * <p>The algorithm is just-in-time linearization (Lowe, "Testing for linearizability", Concurrency
 * and Computation 2017), after the search of Wing and Gong ("Testing and Verifying Concurrent
 * Objects", JPDC 1993). It goes through invocations and returns in the order of time and keeps all
 * <i>configurations</i> there can be: the value of the key, and which of the calls that are under
 * way have had their effect. A call is given its effect no earlier than some return demands it; a
 * configuration that cannot account for a return is dropped; when none is left, the history is not
 * linearizable. Equal configurations are kept once, which bounds the work by the calls that are
 * under way at a time, however long the history.
 *
 * <p>A history may be given in parts, each of which ends when no call is under way.
 */
final class LinearizabilityChecker {

    private static final int MOST_AT_A_TIME = Long.SIZE;

    /** The effects of the calls in {@code done} have happened, and the key has a value. */
    private record Configuration(long value, long done) {}

    private final Operation[] underWay = new Operation[MOST_AT_A_TIME];
    private long used; // the places in underWay that are taken
    private Set<Configuration> configurations;
    private long checked;

    LinearizabilityChecker() {
        this(Set.of(Operation.ABSENT));
    }

    /** Begins with a key that has one of these values. */
    private LinearizabilityChecker(Set<Long> values) {
        configurations = new HashSet<>();
        values.forEach(value -> configurations.add(new Configuration(value, 0)));
    }

    /** Returns how many operations have been found in order. */
    long checked() {
        return checked;
    }

    /**
     * Checks the next part of the history.
     *
     * @throws AssertionError if it cannot be explained; it shows the shortest part that cannot
     */
    void check(List<Operation> part) {
        List<Operation> quiet = new ArrayList<>(); // since nothing was under way
        Set<Long> valuesThen = values();
        for (Event event : events(part)) {
            if (used == 0) {
                quiet.clear();
                valuesThen = values();
            }
            if (!event.isReturn()) {
                quiet.add(event.operation());
            }
            if (!accept(event)) {
                throw new AssertionError(describe(event.operation(), quiet, valuesThen, part));
            }
        }
        checked += part.size();
    }

    private Set<Long> values() {
        Set<Long> values = new TreeSet<>();
        configurations.forEach(configuration -> values.add(configuration.value()));
        return values;
    }

    private boolean accept(Event event) {
        if (event.isReturn()) {
            int place = placeOf(event.operation());
            configurations = configurationsAfter(event.operation(), 1L << place);
            used &= ~(1L << place);
        } else {
            int place = Long.numberOfTrailingZeros(~used);
            if (place == MOST_AT_A_TIME) {
                throw new IllegalArgumentException("Too many calls at a time.");
            }
            underWay[place] = event.operation();
            used |= 1L << place;
        }
        return !configurations.isEmpty();
    }

    private int placeOf(Operation operation) {
        for (int place = 0; place < MOST_AT_A_TIME; place++) {
            if ((used >>> place & 1) != 0 && underWay[place] == operation) {
                return place;
            }
        }
        throw new IllegalArgumentException("It returns and was not invoked: " + operation);
    }

    private Set<Configuration> configurationsAfter(Operation returned, long bit) {
        Set<Configuration> after = new HashSet<>();
        Set<Configuration> seen = new HashSet<>();
        List<Configuration> open = new ArrayList<>();
        for (Configuration configuration : configurations) {
            if ((configuration.done() & bit) != 0 || returned.result() == Operation.UNKNOWN) {
                after.add(new Configuration(configuration.value(), configuration.done() & ~bit));
            }
            if ((configuration.done() & bit) == 0 && seen.add(configuration)) {
                open.add(configuration);
            }
        }
        while (!open.isEmpty()) {
            Configuration from = open.remove(open.size() - 1);
            for (long rest = used & ~from.done(); rest != 0; rest &= rest - 1) {
                long next = Long.lowestOneBit(rest);
                long value = underWay[Long.numberOfTrailingZeros(next)].apply(from.value());
                if (value == Operation.IMPOSSIBLE) {
                    continue;
                }
                if (next == bit) {
                    after.add(new Configuration(value, from.done()));
                } else {
                    Configuration to = new Configuration(value, from.done() | next);
                    if (seen.add(to)) {
                        open.add(to);
                    }
                }
            }
        }
        return after;
    }

    /** An invocation or a return. */
    private record Event(Operation operation, boolean isReturn) {

        long stamp() {
            return isReturn ? operation.returned() : operation.invoked();
        }
    }

    /** Sorts by time. With equal stamps invocations come first: then the calls overlapped. */
    private static List<Event> events(List<Operation> operations) {
        List<Event> events = new ArrayList<>(2 * operations.size());
        for (Operation operation : operations) {
            events.add(new Event(operation, false));
            events.add(new Event(operation, true));
        }
        events.sort(Comparator.comparingLong(Event::stamp).thenComparing(Event::isReturn));
        return events;
    }

    // ---------------------------------------------------------------- telling what went wrong

    private static String describe(
            Operation failed, List<Operation> quiet, Set<Long> valuesThen, List<Operation> part) {
        // Nothing that began after the return that could not be explained has to do with it, and
        // reads that can be left out explain nothing: fewer reads are easier to explain.
        List<Operation> window = new ArrayList<>(quiet);
        for (Operation operation : quiet) {
            if (operation != failed && !operation.isWrite()) {
                window.remove(operation);
                if (isLinearizable(window, valuesThen)) {
                    window.add(operation);
                }
            }
        }
        window.sort(Comparator.comparingLong(Operation::invoked));
        StringBuilder text = new StringBuilder("Not linearizable. The key was one of ");
        text.append(valuesThen).append(" (0 is none), and then:\n");
        window.forEach(operation -> text.append("  ").append(operation).append('\n'));
        text.append("The last to be explained: ").append(failed).append('\n');
        Map<Long, Operation> writers = writersOf(part);
        if (failed.kind() == Operation.Kind.GET && writers.containsKey(failed.result())) {
            text.append("That value's writer: ").append(writers.get(failed.result())).append('\n');
        }
        return text.toString();
    }

    private static Map<Long, Operation> writersOf(List<Operation> operations) {
        Map<Long, Operation> writers = new HashMap<>();
        operations.stream()
                .filter(Operation::isWrite)
                .forEach(operation -> writers.put(operation.value(), operation));
        return writers;
    }

    private static boolean isLinearizable(List<Operation> window, Set<Long> valuesBefore) {
        LinearizabilityChecker checker = new LinearizabilityChecker(valuesBefore);
        return events(window).stream().allMatch(checker::accept);
    }
}
