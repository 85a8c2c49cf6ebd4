package dev.kvstore.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that is asked to end closes its store in a shutdown hook while its threads go on
 * writing and compacting: it ends, the store is closed properly, and all acknowledged writes are in
 * it.
 */
@Tag("crash")
class ShutdownTest {

    @TempDir Path root;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aStoreClosedInAShutdownHookIsWhole() throws IOException, InterruptedException {
        Random random = new Random(Seed.announce("Shutdown"));
        VictimOptions options = VictimOptions.random(root.resolve("store"), random);
        Survivors survivors = new Survivors(options.seed(), 4);
        for (VictimOptions.Compaction compaction : VictimOptions.Compaction.values()) {
            VictimOptions drawn = options.with(compaction, random);
            try (VictimProcess victim = new VictimProcess(drawn, survivors.acknowledged())) {
                victim.awaitAcknowledged(1 + random.nextInt(1000));
                victim.terminate();
            }
            try (KeyValueStore store = options.toBuilder().clock(Survivors.aLittleLater()).open()) {
                assertThat(store.stats().recovery().clean()).as("%s", drawn).isTrue();
                survivors.checkALittleLater(store);
            }
        }
    }
}
