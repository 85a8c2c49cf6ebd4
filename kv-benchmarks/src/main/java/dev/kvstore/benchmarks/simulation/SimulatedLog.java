package dev.kvstore.benchmarks.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * A log of segments of equal records. When no more than the reserve is free, segments are compacted
 * one by one, as the policy says, until one more is.
 *
 * <p>The fill level is the live records' share of all room but the reserve. A store that compacts
 * at a certain share of garbage has a fill level of one less that share.
 */
public final class SimulatedLog {

    // One to copy to, one to go on writing to.
    private static final int RESERVE = 2;
    private static final int NONE = -1;

    private final Policy policy;
    private final int recordsPerSegment;

    // By slot, of which each segment has as many as records.
    private final int[] keys;

    // By key.
    private final int[] slots;
    private final long[] writtenAt;

    // By segment.
    private final int[] used;
    private final int[] live;
    private final long[] newest;

    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private int tail = NONE;
    private int coldTail = NONE;
    private long clock;
    private long copied;

    /** Makes a log in which every key was written once, in order. */
    public SimulatedLog(Policy policy, int keyCount, int recordsPerSegment, double fill) {
        int segments = (int) Math.ceil(keyCount / fill / recordsPerSegment) + RESERVE;
        this.policy = policy;
        this.recordsPerSegment = recordsPerSegment;
        keys = new int[segments * recordsPerSegment];
        slots = new int[keyCount];
        writtenAt = new long[keyCount];
        used = new int[segments];
        live = new int[segments];
        newest = new long[segments];
        for (int segment = 0; segment < segments; segment++) {
            free.add(segment);
        }
        Arrays.fill(slots, NONE);
        for (int key = 0; key < keyCount; key++) {
            update(key);
        }
    }

    /** Writes a key anew. */
    public void update(int key) {
        while (isFull(tail) && free.size() <= RESERVE) {
            compact(victim());
        }
        if (isFull(tail)) {
            tail = begin();
        }
        if (slots[key] != NONE) {
            live[slots[key] / recordsPerSegment]--;
        }
        writtenAt[key] = ++clock;
        append(tail, key);
    }

    /** Returns how many records were copied so far. */
    public long copied() {
        return copied;
    }

    /** Returns how many records are live. */
    long live() {
        return Arrays.stream(live).asLongStream().sum();
    }

    private int victim() {
        int best = NONE;
        double most = 0;
        for (int segment = 0; segment < used.length; segment++) {
            if (isFull(segment) && segment != tail && segment != coldTail) {
                double share = (double) live[segment] / recordsPerSegment;
                double worth = policy.worth(share, (double) clock - newest[segment]);
                if (live[segment] < recordsPerSegment && (best == NONE || worth > most)) {
                    best = segment;
                    most = worth;
                }
            }
        }
        if (best == NONE) {
            throw new IllegalStateException("Nothing to compact: the log is too full");
        }
        return best;
    }

    private void compact(int segment) {
        int first = segment * recordsPerSegment;
        for (int slot = first; slot < first + recordsPerSegment; slot++) {
            int key = keys[slot];
            if (slots[key] == slot) {
                live[segment]--;
                append(tailForCopies(), key);
                copied++;
            }
        }
        used[segment] = 0;
        newest[segment] = 0;
        free.add(segment);
    }

    private int tailForCopies() {
        if (!policy.apart()) {
            if (isFull(tail)) {
                tail = begin();
            }
            return tail;
        }
        if (coldTail == NONE || isFull(coldTail)) {
            coldTail = begin();
        }
        return coldTail;
    }

    private int begin() {
        return free.remove();
    }

    private void append(int segment, int key) {
        int slot = segment * recordsPerSegment + used[segment]++;
        keys[slot] = key;
        slots[key] = slot;
        live[segment]++;
        newest[segment] = Math.max(newest[segment], writtenAt[key]);
    }

    private boolean isFull(int segment) {
        return segment == NONE || used[segment] == recordsPerSegment;
    }
}
