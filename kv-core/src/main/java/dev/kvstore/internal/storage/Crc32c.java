package dev.kvstore.internal.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4). Arrays and buffers go through the JDK's intrinsic;
 * single words, which the JDK can take only from an array, through tables, eight bytes at a time
 * ("slicing-by-8", Kounavis and Berry, "A Systematic Approach to Building High Performance
 * Software-based CRC Generators", 2005).
 */
public final class Crc32c {

    private static final int POLYNOMIAL_REVERSED = 0x82F63B78;
    private static final int[] TABLE = new int[8 * 256];

    static {
        for (int i = 0; i < 256; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) * POLYNOMIAL_REVERSED);
            }
            TABLE[i] = crc;
        }
        for (int i = 256; i < TABLE.length; i++) {
            int shorter = TABLE[i - 256];
            TABLE[i] = (shorter >>> 8) ^ TABLE[shorter & 0xff];
        }
    }

    private Crc32c() {}

    /** Returns the checksum of two arrays, one after the other. */
    public static int of(byte[] first, byte[] second) {
        CRC32C crc = new CRC32C();
        crc.update(first, 0, first.length);
        crc.update(second, 0, second.length);
        return (int) crc.getValue();
    }

    /** Returns the checksum of a range of a buffer, whose position and limit are left alone. */
    public static int of(ByteBuffer buffer, int offset, int sizeBytes) {
        return new RangeChecksum(buffer).of(offset, sizeBytes);
    }

    /** Extends a checksum by eight more bytes, those of {@code word} in little-endian order. */
    public static int extend(int checksum, long word) {
        int low = ~checksum ^ (int) word;
        int high = (int) (word >>> 32);
        int[] t = TABLE;
        return ~(t[1792 + (low & 0xff)]
                ^ t[1536 + ((low >>> 8) & 0xff)]
                ^ t[1280 + ((low >>> 16) & 0xff)]
                ^ t[1024 + (low >>> 24)]
                ^ t[768 + (high & 0xff)]
                ^ t[512 + ((high >>> 8) & 0xff)]
                ^ t[256 + ((high >>> 16) & 0xff)]
                ^ t[high >>> 24]);
    }
}
