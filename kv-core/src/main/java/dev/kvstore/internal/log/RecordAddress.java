package dev.kvstore.internal.log;

/**
 * Packs a segment and an offset in it into one number of at most 40 bits: the segment's id above
 * the offset in units of eight bytes. How many bits the offset gets follows from the segment size.
 * No record has the address 0, because offset 0 is the header's.
 */
public final class RecordAddress {

    /** How many bits an address has. */
    public static final int BITS = 40;

    private final int offsetBits;
    private final long offsetMask;

    RecordAddress(long segmentSizeBytes) {
        this.offsetBits = 64 - Long.numberOfLeadingZeros(segmentSizeBytes / 8 - 1);
        this.offsetMask = (1L << offsetBits) - 1;
    }

    /** Returns how records are addressed in segments of a size. */
    public static RecordAddress forSegmentsOf(long segmentSizeBytes) {
        return new RecordAddress(segmentSizeBytes);
    }

    /** Returns the address of an offset in a segment. */
    public long of(int segmentId, int offset) {
        return (long) segmentId << offsetBits | offset >>> 3;
    }

    /** Returns the id of the segment of an address. */
    public int segmentId(long address) {
        return (int) (address >>> offsetBits);
    }

    /** Returns the offset in its segment of an address. */
    public int offset(long address) {
        return (int) (address & offsetMask) << 3;
    }

    /** Returns how many segments can be addressed. */
    int maxSegments() {
        return (int) Math.min(Integer.MAX_VALUE, 1L << (BITS - offsetBits));
    }
}
