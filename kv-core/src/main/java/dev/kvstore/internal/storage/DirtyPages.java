package dev.kvstore.internal.storage;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes pages of a mapping dirty without changing them, so that the next force writes them. */
final class DirtyPages {

    /** The smallest that there are. */
    private static final int PAGE_SIZE_BYTES = 4096;

    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private DirtyPages() {}

    /** Stores what is there, in every page up to an offset. */
    static void make(ByteBuffer buffer, int end) {
        for (int at = 0; at < end; at += PAGE_SIZE_BYTES) {
            // Opaque: the compiler leaves out a plain store of what was just loaded from there.
            LONGS.setOpaque(buffer, at, (long) LONGS.getOpaque(buffer, at));
        }
    }
}
