package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;

/** The line that tells in the log which store was opened, and what opening it took. */
final class OpeningSummary {

    private OpeningSummary() {}

    /**
     * Makes the line.
     *
     * @param store what the store is called
     * @param stats the figures of the store, just opened
     */
    static String of(String store, StoreStats stats) {
        RecoveryReport recovery = stats.recovery();
        return "Opened the %s in %s%s in %d ms: %s"
                .formatted(
                        store,
                        stats.dataPath(),
                        stats.state() == StoreState.READ_ONLY ? " (read-only)" : "",
                        recovery.duration().toMillis(),
                        recovery.created() ? "new" : stats.keys() + " keys, " + history(recovery));
    }

    private static String history(RecoveryReport recovery) {
        if (recovery.clean()) {
            return "properly closed before";
        }
        String rebuilt =
                "not properly closed before, index rebuilt from %d records in %d segments"
                        .formatted(recovery.recordsRead(), recovery.segmentsRead());
        long cut = recovery.cutBytes();
        return cut == 0
                ? rebuilt
                : rebuilt + ", %d bytes of unfinished writes cut off".formatted(cut);
    }
}
