package dev.kvstore.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.VersionedKeys;
import dev.kvstore.testing.Workers;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Eight threads that read, write and delete while compaction runs in the background. They work in
 * rounds, and each round ends, with reads only, when another compaction has: so there are several
 * on every machine. Each thread checks all that it sees.
 */
class StressTest {

    private static final int THREADS = 8;
    private static final int KEYS_PER_THREAD = 250;
    private static final int ROUNDS = 3;
    private static final int WRITES_PER_ROUND = 500;

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
        CyclicBarrier roundEnd = new CyclicBarrier(THREADS);
        Workers workers = new Workers();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread * KEYS_PER_THREAD;
            Random random = new Random(seed + thread);
            workers.repeat(
                    ROUNDS,
                    () -> {
                        long compactions = store.stats().compactions();
                        roundEnd.await();
                        for (int i = 0; i < WRITES_PER_ROUND; i++) {
                            keys.write(store, first + random.nextInt(KEYS_PER_THREAD), random);
                            read(store, keys, random, reads);
                        }
                        while (store.stats().compactions() == compactions && !workers.failed()) {
                            read(store, keys, random, reads);
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

    private static void read(
            KeyValueStore store, VersionedKeys keys, Random random, AtomicLong reads) {
        switch (random.nextInt(50)) {
            case 0 -> keys.scan(store);
            case 1 -> keys.readAll(store, random.ints(16, 0, keys.count()).boxed().toList());
            default -> {
                for (int i = 0; i < 4; i++) {
                    keys.read(store, random.nextInt(keys.count()));
                }
            }
        }
        reads.incrementAndGet();
    }
}
