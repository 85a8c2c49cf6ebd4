package dev.kvstore.concurrent;

import static dev.kvstore.testing.TestData.bytes;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A few keys that many threads use at once, the clock of each, and the judge of each.
 *
 * <p>A clock is a counter: unlike the processor's, it is surely read before what comes after it and
 * after what comes before it. One for each key is enough, as each key is judged for itself, and
 * leaves threads at different keys alone.
 */
final class HotKeys {

    private final byte[][] names;
    private final AtomicLong[] clocks;
    private final LinearizabilityChecker[] checkers;
    private final AtomicLong lastNumber = new AtomicLong();

    HotKeys(int count) {
        names = IntStream.range(0, count).mapToObj(i -> bytes("hot-" + i)).toArray(byte[][]::new);
        clocks =
                IntStream.range(0, count)
                        .mapToObj(i -> new AtomicLong())
                        .toArray(AtomicLong[]::new);
        checkers =
                IntStream.range(0, count)
                        .mapToObj(i -> new LinearizabilityChecker())
                        .toArray(LinearizabilityChecker[]::new);
    }

    int count() {
        return names.length;
    }

    byte[] name(int key) {
        return names[key];
    }

    long stamp(int key) {
        return clocks[key].incrementAndGet();
    }

    /** Returns a number that no value had before. */
    long newNumber() {
        return lastNumber.incrementAndGet();
    }

    /** Judges what the clients did since the last time; none of them may be at work. */
    void check(List<Client> clients) {
        List<List<Operation>> histories = new ArrayList<>();
        for (int key = 0; key < count(); key++) {
            histories.add(new ArrayList<>());
        }
        clients.forEach(client -> client.moveTo(histories));
        for (int key = 0; key < count(); key++) {
            try {
                checkers[key].check(histories.get(key));
            } catch (AssertionError e) {
                throw new AssertionError("Key " + key + ": " + e.getMessage(), e);
            }
        }
    }

    /** Returns how many operations have been judged. */
    long checked() {
        long checked = 0;
        for (LinearizabilityChecker checker : checkers) {
            checked += checker.checked();
        }
        return checked;
    }
}
