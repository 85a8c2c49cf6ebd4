package dev.kvstore.model;

import static dev.kvstore.testing.TestData.text;

import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import dev.kvstore.testing.StoreContents;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An endless random sequence of operations on few keys, the same for the same seed. */
public final class Operations {

    private static final int KEYS = 400;
    private static final int LONGEST_BATCH = 30;
    private static final int ONE_LARGE_VALUE_IN = 200;

    private final Random random;
    private final int largestValue;
    private final byte[][] keys = new byte[KEYS][];

    /** One operation; its result can be compared with that of another store. */
    public record Operation(String text, Function<KeyValueStore, @Nullable Object> action) {

        public @Nullable Object applyTo(KeyValueStore store) {
            return action.apply(store);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public Operations(Random random, int largestValue) {
        this.random = random;
        this.largestValue = largestValue;
        for (int i = 0; i < KEYS; i++) {
            keys[i] = newKey(i);
        }
    }

    /** Returns the next operation. */
    public Operation next() {
        byte[] key = key();
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> set(key, value());
            case 5 -> setForSomeTime(key, value(), timeToLive());
            case 6, 7 -> update(key, value());
            case 8, 9 -> delete(key);
            case 10 -> setIfAbsent(key, value());
            case 11 -> compareAndSet(key, value());
            case 12 -> write(batch());
            case 13 -> contains(key);
            case 14 -> getAll(someKeys());
            case 15 -> random.nextInt(20) == 0 ? scan(prefixOf(key)) : get(key);
            default -> get(key);
        };
    }

    private static Operation set(byte[] key, byte[] value) {
        return new Operation(
                "set " + text(key) + " " + text(value),
                store -> {
                    store.set(key, value);
                    return null;
                });
    }

    private static Operation setForSomeTime(byte[] key, byte[] value, Duration ttl) {
        return new Operation(
                "set " + text(key) + " " + text(value) + " for " + ttl,
                store -> {
                    store.set(key, value, ttl);
                    return null;
                });
    }

    private static Operation update(byte[] key, byte[] value) {
        return new Operation(
                "update " + text(key) + " " + text(value), store -> store.update(key, value));
    }

    private static Operation delete(byte[] key) {
        return new Operation("delete " + text(key), store -> store.delete(key));
    }

    private static Operation setIfAbsent(byte[] key, byte[] value) {
        return new Operation(
                "setIfAbsent " + text(key) + " " + text(value),
                store -> store.setIfAbsent(key, value));
    }

    // Expects what is there now, unless the key is absent.
    private static Operation compareAndSet(byte[] key, byte[] value) {
        return new Operation(
                "compareAndSet " + text(key) + " " + text(value),
                store -> {
                    byte[] now = store.get(key);
                    return store.compareAndSet(key, now == null ? value : now, value);
                });
    }

    private static Operation write(WriteBatch batch) {
        return new Operation(
                "write batch of " + batch.size(),
                store -> {
                    store.write(batch);
                    return null;
                });
    }

    private static Operation contains(byte[] key) {
        return new Operation("contains " + text(key), store -> store.contains(key));
    }

    private static Operation get(byte[] key) {
        return new Operation("get " + text(key), store -> comparable(store.get(key)));
    }

    private static Operation getAll(byte[][] keys) {
        return new Operation(
                "getAll of " + keys.length,
                store -> Stream.of(store.getAll(keys)).map(Operations::comparable).toList());
    }

    private static Operation scan(byte[] prefix) {
        return new Operation(
                "scan " + text(prefix), store -> StoreContents.withPrefix(store, prefix));
    }

    private static @Nullable ByteBuffer comparable(byte @Nullable [] value) {
        return value == null ? null : ByteBuffer.wrap(value);
    }

    private WriteBatch batch() {
        WriteBatch batch = new WriteBatch();
        int size = random.nextInt(LONGEST_BATCH);
        for (int i = 0; i < size; i++) {
            switch (random.nextInt(4)) {
                case 0 -> batch.delete(key());
                case 1 -> batch.set(key(), smallValue(), timeToLive());
                default -> batch.set(key(), smallValue());
            }
        }
        return batch;
    }

    private byte[][] someKeys() {
        List<byte[]> some = new ArrayList<>();
        for (int i = random.nextInt(70); i > 0; i--) {
            some.add(key());
        }
        return some.toArray(byte[][]::new);
    }

    // Half of the operations concern a tenth of the keys.
    private byte[] key() {
        return keys[random.nextInt(random.nextBoolean() ? KEYS : KEYS / 10)];
    }

    private byte[] newKey(int number) {
        int length = number % 100 == 99 ? 1_500 + number : 4 + random.nextInt(30);
        byte[] key = new byte[length];
        random.nextBytes(key);
        key[0] = (byte) (number % 7);
        key[1] = (byte) (number / 7);
        return key;
    }

    private byte[] prefixOf(byte[] key) {
        return Arrays.copyOf(key, random.nextInt(3));
    }

    private byte[] value() {
        return random.nextInt(ONE_LARGE_VALUE_IN) == 0
                ? bytes(random.nextInt(largestValue))
                : smallValue();
    }

    private byte[] smallValue() {
        return bytes(random.nextInt(10) == 0 ? 0 : random.nextInt(400));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private Duration timeToLive() {
        return Duration.ofMillis(1 + random.nextInt(20_000));
    }
}
