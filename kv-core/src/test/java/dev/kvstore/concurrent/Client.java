package dev.kvstore.concurrent;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.WriteBatch;
import dev.kvstore.concurrent.Operation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One thread that calls a store at random and writes down each call and what it returned. */
final class Client {

    /** What is known of a call before it returns. */
    private record Call(int key, Kind kind, long value, long expected, long invoked) {}

    private static final int MUCH_PERCENT = 95;
    private static final int LITTLE_PERCENT = 25;

    private final int id;
    private final HotKeys keys;
    private final Random random;
    private final int readShare;
    private final long[] lastSeen;
    private final List<List<Operation>> histories = new ArrayList<>();
    private final List<Call> underWay = new ArrayList<>();

    Client(int id, HotKeys keys, long seed) {
        this.id = id;
        this.keys = keys;
        this.random = new Random(seed);
        // Every other one reads much: who writes waits for others, and has little time to read.
        this.readShare = id % 2 == 0 ? MUCH_PERCENT : LITTLE_PERCENT;
        this.lastSeen = new long[keys.count()];
        for (int key = 0; key < keys.count(); key++) {
            histories.add(new ArrayList<>());
        }
    }

    /**
     * Makes one call.
     *
     * @return false if the store was closed meanwhile; the call then ends with {@link #stop}
     */
    boolean step(KeyValueStore store) {
        try {
            switch (random.nextInt(64)) {
                case 0 -> writeBatch(store);
                case 1 -> readAll(store);
                default -> callOne(store, anyKey());
            }
            return true;
        } catch (StoreClosedException e) {
            return false;
        }
    }

    /** Ends what was under way when the store was closed; now it can have no effect any more. */
    void stop() {
        underWay.forEach(call -> record(call, Operation.UNKNOWN));
        underWay.clear();
    }

    /** Gives what was written down away, by key. */
    void moveTo(List<List<Operation>> others) {
        for (int key = 0; key < keys.count(); key++) {
            others.get(key).addAll(histories.get(key));
            histories.get(key).clear();
        }
    }

    /**
     * Some keys are hot, so that calls overlap; some are only warm, so that their records are still
     * live when compaction comes to them.
     */
    private int anyKey() {
        return Math.min(random.nextInt(keys.count()), random.nextInt(keys.count()));
    }

    private void callOne(KeyValueStore store, int key) {
        byte[] name = keys.name(key);
        if (random.nextInt(100) < readShare) {
            begin(key, Kind.GET, Operation.ABSENT);
            endRead(store.get(name));
            return;
        }
        long value = keys.newNumber();
        byte[] bytes = MarkedValue.of(value);
        switch (random.nextInt(11)) {
            case 0, 1, 2 -> {
                begin(key, Kind.SET, value);
                store.set(name, bytes);
                end(1);
                lastSeen[key] = value;
            }
            case 3, 4 -> {
                begin(key, Kind.UPDATE, value);
                end(store.update(name, bytes));
            }
            case 5 -> {
                begin(key, Kind.SET_IF_ABSENT, value);
                end(store.setIfAbsent(name, bytes));
            }
            case 6, 7, 8 -> {
                byte[] expected = MarkedValue.of(lastSeen[key]);
                begin(key, Kind.COMPARE_AND_SET, value, lastSeen[key]);
                if (end(store.compareAndSet(name, expected, bytes))) {
                    lastSeen[key] = value;
                }
            }
            case 9 -> {
                begin(key, Kind.DELETE, Operation.ABSENT);
                end(store.delete(name));
            }
            default -> {
                begin(key, Kind.CONTAINS, Operation.ABSENT);
                end(store.contains(name));
            }
        }
    }

    /** Two keys in one batch: each of them is one write of that key. */
    private void writeBatch(KeyValueStore store) {
        WriteBatch batch = new WriteBatch();
        int first = random.nextInt(keys.count() - 1);
        for (int key = first; key < first + 2; key++) {
            long value = random.nextInt(4) == 0 ? Operation.ABSENT : keys.newNumber();
            if (value == Operation.ABSENT) {
                batch.delete(keys.name(key));
            } else {
                batch.set(keys.name(key), MarkedValue.of(value));
            }
            begin(key, Kind.SET, value);
        }
        store.write(batch);
        end(1);
        end(1);
    }

    private void readAll(KeyValueStore store) {
        byte[][] names = new byte[keys.count()][];
        for (int key = 0; key < keys.count(); key++) {
            names[key] = keys.name(key);
            begin(key, Kind.GET, Operation.ABSENT);
        }
        for (byte[] value : store.getAll(names)) {
            endRead(value);
        }
    }

    private void begin(int key, Kind kind, long value) {
        begin(key, kind, value, Operation.ABSENT);
    }

    private void begin(int key, Kind kind, long value, long expected) {
        underWay.add(new Call(key, kind, value, expected, keys.stamp(key)));
    }

    private boolean end(boolean result) {
        end(result ? 1 : 0);
        return result;
    }

    private void endRead(byte @Nullable [] value) {
        Call call = underWay.get(0);
        long returned = keys.stamp(call.key()); // before the value is looked at, which takes long
        long number = value == null ? Operation.ABSENT : MarkedValue.numberOf(value);
        lastSeen[call.key()] = number;
        record(underWay.remove(0), number, returned);
    }

    /** Ends the call that was begun first of those under way. */
    private void end(long result) {
        record(underWay.remove(0), result);
    }

    private void record(Call call, long result) {
        record(call, result, keys.stamp(call.key()));
    }

    private void record(Call call, long result, long returned) {
        histories
                .get(call.key())
                .add(
                        new Operation(
                                id,
                                call.kind(),
                                call.value(),
                                call.expected(),
                                result,
                                call.invoked(),
                                returned));
    }
}
