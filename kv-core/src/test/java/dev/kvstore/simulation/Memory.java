package dev.kvstore.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory behind simulated files. It is used again, because tests open tens of thousands of
 * stores and the collector would free it too late. Safe for any thread.
 */
final class Memory {

    private static final int KEPT_OF_A_SIZE = 64;
    private static final byte[] ZEROS = new byte[1 << 16];
    private static final Map<Integer, Deque<ByteBuffer>> UNUSED = new HashMap<>();

    private Memory() {}

    /** Returns memory that is all zeros. */
    static ByteBuffer take(int sizeBytes) {
        ByteBuffer memory;
        synchronized (UNUSED) {
            Deque<ByteBuffer> ofSize = UNUSED.get(sizeBytes);
            memory = ofSize == null ? null : ofSize.poll();
        }
        if (memory == null) {
            return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        for (int at = 0; at < sizeBytes; at += ZEROS.length) {
            memory.put(at, ZEROS, 0, Math.min(ZEROS.length, sizeBytes - at));
        }
        return memory;
    }

    /** Takes memory back to which nobody has a reference any more. */
    static void giveBack(ByteBuffer memory) {
        synchronized (UNUSED) {
            Deque<ByteBuffer> ofSize =
                    UNUSED.computeIfAbsent(memory.capacity(), size -> new ArrayDeque<>());
            if (ofSize.size() < KEPT_OF_A_SIZE) {
                ofSize.add(memory);
            }
        }
    }
}
