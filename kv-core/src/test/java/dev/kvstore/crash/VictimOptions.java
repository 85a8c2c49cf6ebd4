package dev.kvstore.crash;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.testing.StoreOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * How a {@link Victim} opens its store: handed over on its command line, and used by those who open
 * the store after it.
 *
 * @param segmentSizeBytes counts only where a store is created
 * @param seed of what the writers write
 */
record VictimOptions(
        Path directory,
        boolean indexElsewhere,
        int segmentSizeBytes,
        Durability durability,
        Compaction compaction,
        long seed) {

    /** How many elements there are on the command line. */
    static final int ARGUMENTS = 6;

    private static final int[] SEGMENT_KIBIBYTES = {64, 68, 128};

    /** When the store is compacted. */
    enum Compaction {
        NEVER,
        IN_BACKGROUND,
        BY_CALL
    }

    /** Chooses what is fixed for a store's life. */
    static VictimOptions random(Path directory, Random random) {
        return new VictimOptions(
                directory,
                random.nextInt(4) == 0,
                SEGMENT_KIBIBYTES[random.nextInt(SEGMENT_KIBIBYTES.length)] << 10,
                Durability.SYNC,
                Compaction.NEVER,
                random.nextLong());
    }

    /** Chooses what may be different at each open. */
    VictimOptions redrawn(Random random) {
        return with(Compaction.values()[random.nextInt(Compaction.values().length)], random);
    }

    /** As {@link #redrawn(Random)}, but for when to compact. */
    VictimOptions with(Compaction compaction, Random random) {
        Durability drawn = Durability.values()[random.nextInt(Durability.values().length)];
        return new VictimOptions(
                directory, indexElsewhere, segmentSizeBytes, drawn, compaction, seed);
    }

    List<String> toArguments() {
        return List.of(
                directory.toString(),
                "" + indexElsewhere,
                "" + segmentSizeBytes,
                durability.name(),
                compaction.name(),
                "" + seed);
    }

    static VictimOptions of(String[] arguments) {
        return new VictimOptions(
                Path.of(arguments[0]),
                Boolean.parseBoolean(arguments[1]),
                Integer.parseInt(arguments[2]),
                Durability.valueOf(arguments[3]),
                Compaction.valueOf(arguments[4]),
                Long.parseLong(arguments[5]));
    }

    KeyValueStoreBuilder toBuilder() {
        StoreOptions options =
                StoreOptions.defaults()
                        .withDurability(durability)
                        .withSegmentSizeBytes(segmentSizeBytes);
        if (compaction == Compaction.IN_BACKGROUND) {
            options = options.withBackgroundCompaction(0.1);
        }
        KeyValueStoreBuilder builder = options.toBuilder(directory);
        return indexElsewhere
                ? builder.indexPath(directory.resolveSibling(directory.getFileName() + ".index"))
                : builder;
    }
}
