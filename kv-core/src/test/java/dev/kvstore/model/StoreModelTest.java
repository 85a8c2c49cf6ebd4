package dev.kvstore.model;

import dev.kvstore.Durability;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Long random sequences of operations against the model, under each set of options. */
class StoreModelTest {

    private static final String SECONDS = "kv.test.seconds";

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    static List<StoreOptions> optionSets() {
        StoreOptions options = StoreOptions.defaults();
        return List.of(
                options,
                options.withBackgroundCompaction(0.3),
                options.withDurability(Durability.INTERVAL),
                options.withDurability(Durability.INTERVAL).withBackgroundCompaction(0.05),
                options.withDurability(Durability.OS).withSegmentSizeBytes(1 << 20),
                options.withDurability(Durability.OS)
                        .withBackgroundCompaction(0.5)
                        .withSegmentSizeBytes(132 << 10),
                options.withDurability(Durability.OS)
                        .withBackgroundCompaction(0.1)
                        .withVerifyChecksums(false));
    }

    @ParameterizedTest
    @MethodSource("optionSets")
    void theStoreDoesWhatTheModelDoes(StoreOptions options) {
        run(options, Duration.ofSeconds(Long.getLong(SECONDS, 1)));
    }

    @ParameterizedTest
    @MethodSource("optionSets")
    @Tag("long")
    void theStoreDoesWhatTheModelDoesForLong(StoreOptions options) {
        Duration all = Duration.ofSeconds(Long.getLong(SECONDS, 300));
        run(options, all.dividedBy(optionSets().size()));
    }

    private void run(StoreOptions options, Duration duration) {
        long seed = Seed.announce("Model, " + options);
        ModelRun run = new ModelRun(stores, options, true, seed);
        long end = System.nanoTime() + duration.toNanos();
        run.runWhile(() -> System.nanoTime() < end);
        System.out.println(run.steps() + " steps");
    }
}
