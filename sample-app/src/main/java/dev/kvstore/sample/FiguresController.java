package dev.kvstore.sample;

import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the page shows of the store, in one answer. {@code /actuator/kv} has all there is. */
@RestController
class FiguresController {

    private final KeyValueStore store;
    private final LinkRepository links;

    FiguresController(KeyValueStore store, LinkRepository links) {
        this.store = store;
        this.links = links;
    }

    /** The figures as of now; {@code operations} counts reads and writes since the start. */
    record Figures(
            StoreState state,
            long keys,
            long diskBytes,
            long liveBytes,
            long garbageBytes,
            int segments,
            long operations,
            boolean compacting,
            @Nullable LastCompaction lastCompaction) {}

    /** What the last compaction did. */
    record LastCompaction(
            Instant endedAt,
            long millis,
            long bytesReclaimed,
            long diskBytesBefore,
            long diskBytesAfter) {

        static @Nullable LastCompaction of(@Nullable CompactionReport report) {
            return report == null
                    ? null
                    : new LastCompaction(
                            report.startedAt().plus(report.duration()),
                            report.duration().toMillis(),
                            report.bytesReclaimed(),
                            report.diskBytesBefore(),
                            report.diskBytesAfter());
        }
    }

    @GetMapping("/page/figures")
    Figures figures() {
        StoreStats stats = store.stats();
        CompactionStatus compaction = store.compactionStatus();
        return new Figures(
                stats.state(),
                stats.keys(),
                stats.diskBytes(),
                stats.liveBytes(),
                stats.garbageBytes(),
                stats.segments(),
                links.reads() + stats.sets() + stats.deletes(),
                compaction.running(),
                LastCompaction.of(compaction.lastReport()));
    }
}
