package dev.kvstore.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.VersionedKeys;
import dev.kvstore.testing.Workers;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Eight threads that read, write and delete while compaction runs in the background, until it has
 * run several times: each of them checks all that it sees.
 */
class StressTest {

    private static final int THREADS = 8;
    private static final int KEYS_PER_THREAD = 250;
    private static final int LEAST_WRITES_PER_THREAD = 1000;
    private static final int LEAST_COMPACTIONS = 3;

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @ParameterizedTest
    @EnumSource
    void everyThreadSeesOnlyWhatWasWritten(Durability durability) {
        long seed = Seed.announce("Stress");
        KeyValueStore store =
                stores.open(
                        StoreOptions.defaults()
                                .withDurability(durability)
                                .withBackgroundCompaction(0.05));
        VersionedKeys keys = new VersionedKeys("k", THREADS * KEYS_PER_THREAD, 300);
        AtomicLong reads = new AtomicLong();
        Workers workers = new Workers();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread * KEYS_PER_THREAD;
            Random random = new Random(seed + thread);
            workers.start(
                    () -> {
                        for (int i = 0; !isEnough(store, workers, i); i++) {
                            keys.write(store, first + random.nextInt(KEYS_PER_THREAD), random);
                            for (int j = 0; j < 4; j++) {
                                read(store, keys, random);
                            }
                            reads.addAndGet(4);
                        }
                    });
        }
        workers.finish();

        System.out.printf(
                "%s: %d writes, %d reads, %d compactions%n",
                durability, keys.writes(), reads.get(), store.stats().compactions());
        assertThat(store.compactionStatus().lastFailure()).isNull();
        keys.checkAll(store);
        keys.checkAll(stores.reopen());
    }

    private static boolean isEnough(KeyValueStore store, Workers workers, int writes) {
        return workers.failed()
                || writes >= LEAST_WRITES_PER_THREAD
                        && store.stats().compactions() >= LEAST_COMPACTIONS;
    }

    private static void read(KeyValueStore store, VersionedKeys keys, Random random) {
        switch (random.nextInt(200)) {
            case 0 -> keys.scan(store);
            case 1, 2, 3, 4 -> {
                List<Integer> numbers = random.ints(16, 0, keys.count()).boxed().toList();
                keys.readAll(store, numbers);
            }
            default -> keys.read(store, random.nextInt(keys.count()));
        }
    }
}
