package dev.kvstore.simulation;

import dev.kvstore.simulation.Step.Stored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a store, step by step, and what it held after each. Steps are added by one
 * thread; others see how far it is.
 */
final class History {

    /** How many keys there are: few, so that each has several versions. */
    static final int KEYS = 6;

    private final List<Step> steps = new ArrayList<>();
    private final List<NavigableMap<String, Stored>> states = new ArrayList<>();
    private volatile int started;
    private volatile int finished;
    private volatile int durable;

    /** Begins with what a store holds, all of it durable. */
    History(NavigableMap<String, Stored> first) {
        states.add(first);
    }

    static String key(int number) {
        return "key" + number;
    }

    static String key(int writer, int number) {
        return "writer" + writer + key(number);
    }

    /** Begins a step and returns what the store has to answer. */
    Object begin(Step step, long now) {
        NavigableMap<String, Stored> next = new TreeMap<>(states.get(started));
        Object answer = step.applyTo(next, now);
        synchronized (this) {
            steps.add(step);
            states.add(next);
        }
        started++;
        return answer;
    }

    /** Ends the step that was begun; with all before it, it may have become durable by that. */
    void end(boolean isDurable) {
        finished = started;
        if (isDurable) {
            durable = started;
        }
    }

    int started() {
        return started;
    }

    int finished() {
        return finished;
    }

    /** How many steps must survive a power cut. */
    int durable() {
        return durable;
    }

    /** What a store holds after so many steps. */
    synchronized NavigableMap<String, Stored> state(int steps) {
        return states.get(steps);
    }

    /**
     * Returns the last number of steps in a range after which a store holds exactly this, or -1.
     */
    int find(NavigableMap<String, String> contents, int from, int to, long now) {
        for (int i = to; i >= from; i--) {
            if (visible(i, now).equals(contents)) {
                return i;
            }
        }
        return -1;
    }

    /** What can be read after so many steps. */
    NavigableMap<String, String> visible(int steps, long now) {
        NavigableMap<String, String> visible = new TreeMap<>();
        state(steps)
                .forEach(
                        (key, stored) -> {
                            if (stored.isVisible(now)) {
                                visible.put(key, stored.value());
                            }
                        });
        return visible;
    }

    synchronized String text(int from) {
        StringBuilder text = new StringBuilder();
        for (int i = Math.max(0, from); i < steps.size(); i++) {
            text.append("  ").append(i + 1).append(' ').append(steps.get(i)).append('\n');
        }
        return text.toString();
    }

    /**
     * A random set of one of few lengths, so that records of one life of a segment begin where
     * those of another did.
     */
    static Step randomOfLengths(Random random, int number, int[] lengths) {
        String key = key(random.nextInt(KEYS));
        String begin = "step%05d-".formatted(number);
        int length = lengths[random.nextInt(lengths.length)];
        return new Step.Set(key, begin + "x".repeat(length - begin.length()), 0);
    }

    /** A random step; values say which step they are of, and are up to so long. */
    static Step random(Random random, int number, int longest) {
        String key = key(random.nextInt(KEYS));
        String value = value(random, number, longest);
        return switch (random.nextInt(40)) {
            case 0, 1, 2 -> new Step.Update(key, value);
            case 3, 4, 5, 6, 7 -> new Step.Delete(key);
            case 8, 9, 10, 11 -> batch(random, number, longest);
            case 12, 13 -> new Step.Set(key, value, 1 + random.nextInt(2000));
            case 14 -> new Step.SetIfAbsent(key, value);
            case 15, 16 -> new Step.Sync();
            case 17, 18 -> new Step.Compact();
            case 19 -> new Step.Reopen();
            case 20 -> new Step.Wait(random.nextInt(1500));
            default -> new Step.Set(key, value, 0);
        };
    }

    static Step batch(Random random, int number, int longest) {
        LinkedHashMap<String, @Nullable String> changes = new LinkedHashMap<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            boolean removes = random.nextInt(3) == 0;
            changes.put(
                    key(random.nextInt(KEYS)), removes ? null : value(random, number, longest / 4));
        }
        return new Step.Batch(changes);
    }

    /** A value that tells its step. */
    static String value(Random random, int number, int longest) {
        int length = random.nextInt(4) == 0 ? 1 + random.nextInt(longest) : random.nextInt(60);
        return "step" + number + "-" + "x".repeat(length);
    }
}
