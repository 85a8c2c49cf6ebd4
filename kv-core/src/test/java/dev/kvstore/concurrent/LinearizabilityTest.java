package dev.kvstore.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each key is linearizable, whatever goes on beside it. */
class LinearizabilityTest {

    private static final String SECONDS = "kv.test.seconds";

    /** On a busy machine a round may be over before a compaction is, which has to be there. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final int LONG_VARIANTS = 4 * Durability.values().length;

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @ParameterizedTest
    @EnumSource
    void onDisk(Durability durability) throws InterruptedException {
        run(durability, Workers::new, Duration.ofMillis(500));
    }

    @ParameterizedTest
    @EnumSource
    void onDiskForVirtualThreads(Durability durability) throws InterruptedException {
        run(durability, Workers::onLightThreads, Duration.ofMillis(500));
    }

    @ParameterizedTest
    @CsvSource({"SYNC, true", "INTERVAL, true", "OS, true", "OS, false"})
    void inMemory(Durability durability, boolean verifyChecksums) throws InterruptedException {
        runInMemory(durability, verifyChecksums, Workers::new, Duration.ofMillis(500));
    }

    @ParameterizedTest
    @EnumSource
    void inMemoryForVirtualThreads(Durability durability) throws InterruptedException {
        runInMemory(durability, true, Workers::onLightThreads, Duration.ofMillis(500));
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void onDiskForLong(Durability durability) throws InterruptedException {
        run(durability, Workers::new, share());
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void onDiskForVirtualThreadsForLong(Durability durability) throws InterruptedException {
        run(durability, Workers::onLightThreads, share());
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void inMemoryForLong(Durability durability) throws InterruptedException {
        runInMemory(durability, true, Workers::new, share());
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void inMemoryForVirtualThreadsForLong(Durability durability) throws InterruptedException {
        runInMemory(durability, true, Workers::onLightThreads, share());
    }

    private static Duration share() {
        return Duration.ofSeconds(Long.getLong(SECONDS, 300)).dividedBy(LONG_VARIANTS);
    }

    private void run(Durability durability, Supplier<Workers> threads, Duration duration)
            throws InterruptedException {
        StoreOptions options =
                StoreOptions.defaults().withDurability(durability).withBackgroundCompaction(0.05);
        int stepsInRound = durability == Durability.SYNC ? 30 : 200;
        run(options.toString(), new StoresOnDisk(stores, options), threads, stepsInRound, duration);
    }

    private static void runInMemory(
            Durability durability,
            boolean verifyChecksums,
            Supplier<Workers> threads,
            Duration duration)
            throws InterruptedException {
        StoresInMemory source = new StoresInMemory(durability, verifyChecksums);
        try {
            run("In memory, " + durability, source, threads, 1000, duration);
        } finally {
            source.close();
        }
    }

    private static void run(
            String title,
            LinearizabilityRun.Source source,
            Supplier<Workers> threads,
            int stepsInRound,
            Duration duration)
            throws InterruptedException {
        long seed = Seed.announce("Linearizability, " + title);
        LinearizabilityRun run = new LinearizabilityRun(source, threads, stepsInRound, seed);
        long end = System.nanoTime() + duration.toNanos();
        long latestEnd = end + PATIENCE.toNanos();
        run.runWhile(
                () ->
                        System.nanoTime() < end
                                || run.compactions() == 0 && System.nanoTime() < latestEnd);
        System.out.println(run);
        assertThat(run.compactions()).isPositive();
    }
}
