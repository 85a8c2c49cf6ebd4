package dev.kvstore.internal.log;

/**
 * When the records of a segment expire, as far as three numbers tell: the earliest and the latest
 * time, in milliseconds since 1970, and the bytes of all records that expire at some time.
 *
 * <p><b>Threads:</b> guarded as the segment that it belongs to.
 */
public final class Expirations {

    private long earliest = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;
    private long bytes;

    Expirations() {}

    void add(long expiry, long sizeBytes) {
        earliest = Math.min(earliest, expiry);
        latest = Math.max(latest, expiry);
        bytes += sizeBytes;
    }

    void set(long earliest, long latest, long bytes) {
        this.earliest = earliest;
        this.latest = latest;
        this.bytes = bytes;
    }

    void clear() {
        set(Long.MAX_VALUE, Long.MIN_VALUE, 0);
    }

    /** Returns the earliest time; the greatest of all numbers if nothing expires. */
    public long earliest() {
        return earliest;
    }

    /** Returns the latest time; the least of all numbers if nothing expires. */
    public long latest() {
        return latest;
    }

    /** Returns the bytes of records that expire. */
    public long bytes() {
        return bytes;
    }

    /** Whether there are records that expire, and all of them have at a time. */
    public boolean hasExpired(long now) {
        return bytes > 0 && latest <= now;
    }

    /** Returns about how many bytes have expired at a time, as if they did so evenly. */
    public long expiredBytes(long now) {
        if (now < earliest) {
            return 0;
        }
        if (now >= latest) {
            return bytes;
        }
        return (long) (bytes * ((double) (now - earliest) / (latest - earliest)));
    }
}
