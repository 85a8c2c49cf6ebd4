package dev.kvstore.internal.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.IndexRegions;
import dev.kvstore.internal.log.RecyclingLog;
import java.io.IOException;
import java.time.Clock;

/**
 * One key whose record is written again and again, each time into another segment, whose last life
 * ended two records ago. Each value is the number of its version, many times over.
 */
final class RecycledSegmentWorld {

    private static final String KEY = "the-key-of-the-record";
    private static final byte[] KEY_BYTES = KEY.getBytes(ISO_8859_1);
    private static final long HASH = 0x1234_5678_9abc_def0L;
    private static final int DIGITS = 8;
    private static final int MOST_REPEATS = 64;

    private final RecyclingLog segments = new RecyclingLog();
    private final HashIndex index;
    private final RecordReader reader;
    private int next;
    private volatile int published;

    RecycledSegmentWorld(boolean verify) {
        reader =
                new RecordReader(
                        segments.log(), Clock.systemUTC(), RecordReader.Part.VALUE, verify);
        try {
            index = HashIndex.create(IndexRegions.ofMemory(), 1, address -> HASH);
            index.reserve(1);
        } catch (IOException e) {
            throw new AssertionError("There is no disk that could fail.", e);
        }
        index.insert(HASH, segments.append(KEY, value(0)));
    }

    /** Writes the next version. */
    synchronized void write() {
        segments.recycle();
        next++;
        // So that the record is not where the one before it was, and not always elsewhere either.
        for (int i = 0; i < next % 3; i++) {
            segments.append("another-key", value(next));
        }
        long address = segments.append(KEY, value(next));
        index.replace(index.locate(HASH, KEY_BYTES, reader), address);
        published = next;
    }

    /** Reads, and says what is wrong with it. */
    String read() {
        int oldest = published;
        byte[] value;
        try {
            value = index.find(HASH, KEY_BYTES, reader);
        } catch (dev.kvstore.StoreCorruptedException e) {
            return "damaged";
        }
        if (value == null) {
            return "missing";
        }
        int version = versionOf(value);
        return version < 0 ? "torn" : version < oldest ? "older" : "right";
    }

    private static String value(int version) {
        return number(version).repeat(1 + version % MOST_REPEATS);
    }

    private static String number(int version) {
        return Integer.toString(10_000_000 + version);
    }

    /** Returns the version of a value, or -1 if there was never such a value. */
    private static int versionOf(byte[] value) {
        if (value.length < DIGITS) {
            return -1;
        }
        int version = 0;
        for (int i = 0; i < DIGITS; i++) {
            version = 10 * version + value[i] - '0';
        }
        version -= 10_000_000;
        if (version < 0 || value.length != DIGITS * (1 + version % MOST_REPEATS)) {
            return -1;
        }
        for (int i = DIGITS; i < value.length; i++) {
            if (value[i] != value[i - DIGITS]) {
                return -1;
            }
        }
        return version;
    }
}
