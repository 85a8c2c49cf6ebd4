package dev.kvstore.testing;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The options a test can ask for, readable by any implementation. Immutable: each {@code with…}
 * returns a changed copy.
 */
public final class StoreOptions {

    /** The smallest segments there are, so that little data fills many. */
    public static final int SMALL_SEGMENT_BYTES = 64 << 10;

    // Often enough that compaction gets in the way of a test that wants it to.
    private static final Duration COMPACTION_INTERVAL = Duration.ofMillis(5);
    private static final Duration FORCE_INTERVAL = Duration.ofMillis(20);

    private Durability durability = Durability.SYNC;
    private int segmentSizeBytes = SMALL_SEGMENT_BYTES;
    private int maxKeySizeBytes = KeyValueStoreBuilder.MAX_KEY_SIZE_BYTES;
    private int maxValueSizeBytes = 16 << 20;
    private boolean backgroundCompaction;
    private double compactionGarbageRatio = 0.4;
    private boolean verifyChecksums = true;
    private boolean readOnly;
    private Clock clock = Clock.systemUTC();

    private StoreOptions() {}

    private StoreOptions(StoreOptions original) {
        durability = original.durability;
        segmentSizeBytes = original.segmentSizeBytes;
        maxKeySizeBytes = original.maxKeySizeBytes;
        maxValueSizeBytes = original.maxValueSizeBytes;
        backgroundCompaction = original.backgroundCompaction;
        compactionGarbageRatio = original.compactionGarbageRatio;
        verifyChecksums = original.verifyChecksums;
        readOnly = original.readOnly;
        clock = original.clock;
    }

    /** Small segments, every check on, and no compaction that a test did not ask for. */
    public static StoreOptions defaults() {
        return new StoreOptions();
    }

    public StoreOptions withDurability(Durability durability) {
        return changed(copy -> copy.durability = durability);
    }

    public StoreOptions withSegmentSizeBytes(int segmentSizeBytes) {
        return changed(copy -> copy.segmentSizeBytes = segmentSizeBytes);
    }

    public StoreOptions withMaxKeySizeBytes(int maxKeySizeBytes) {
        return changed(copy -> copy.maxKeySizeBytes = maxKeySizeBytes);
    }

    public StoreOptions withMaxValueSizeBytes(int maxValueSizeBytes) {
        return changed(copy -> copy.maxValueSizeBytes = maxValueSizeBytes);
    }

    /** With compaction in the background, looking every few milliseconds for this much garbage. */
    public StoreOptions withBackgroundCompaction(double garbageRatio) {
        return changed(
                copy -> {
                    copy.backgroundCompaction = true;
                    copy.compactionGarbageRatio = garbageRatio;
                });
    }

    public StoreOptions withVerifyChecksums(boolean verifyChecksums) {
        return changed(copy -> copy.verifyChecksums = verifyChecksums);
    }

    public StoreOptions withReadOnly(boolean readOnly) {
        return changed(copy -> copy.readOnly = readOnly);
    }

    public StoreOptions withClock(Clock clock) {
        return changed(copy -> copy.clock = clock);
    }

    public Durability durability() {
        return durability;
    }

    public int segmentSizeBytes() {
        return segmentSizeBytes;
    }

    public int maxKeySizeBytes() {
        return maxKeySizeBytes;
    }

    public int maxValueSizeBytes() {
        return maxValueSizeBytes;
    }

    public boolean backgroundCompaction() {
        return backgroundCompaction;
    }

    public double compactionGarbageRatio() {
        return compactionGarbageRatio;
    }

    public boolean verifyChecksums() {
        return verifyChecksums;
    }

    public boolean readOnly() {
        return readOnly;
    }

    public Clock clock() {
        return clock;
    }

    /** These options for the store that comes with this API. */
    public KeyValueStoreBuilder toBuilder(Path directory) {
        return KeyValueStore.builder()
                .dataPath(directory)
                .durability(durability)
                .forceInterval(FORCE_INTERVAL)
                .segmentSizeBytes(segmentSizeBytes)
                .maxKeySizeBytes(maxKeySizeBytes)
                .maxValueSizeBytes(maxValueSizeBytes)
                .backgroundCompaction(backgroundCompaction)
                .compactionInterval(COMPACTION_INTERVAL)
                .compactionGarbageRatio(compactionGarbageRatio)
                .verifyChecksums(verifyChecksums)
                .readOnly(readOnly)
                .clock(clock);
    }

    @Override
    public String toString() {
        return durability
                + ", segments of "
                + (segmentSizeBytes >> 10)
                + " KiB, "
                + (backgroundCompaction
                        ? "compaction above " + compactionGarbageRatio
                        : "no background compaction")
                + (verifyChecksums ? "" : ", checksums not read");
    }

    private StoreOptions changed(Consumer<StoreOptions> change) {
        StoreOptions copy = new StoreOptions(this);
        change.accept(copy);
        return copy;
    }
}
