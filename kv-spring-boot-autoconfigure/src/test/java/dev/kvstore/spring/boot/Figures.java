package dev.kvstore.spring.boot;

import dev.kvstore.Durability;
import dev.kvstore.RecoveryReport;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Figures of a store that is in some state. */
public final class Figures {

    private Figures() {}

    public static StoreStats of(StoreState state, @Nullable String failure) {
        return new StoreStats(
                state,
                failure,
                Path.of("/data/kv"),
                Durability.SYNC,
                3,
                300,
                100,
                512,
                4096,
                1_000_000,
                65_536,
                2,
                1,
                400,
                0,
                0,
                0,
                0,
                0,
                4,
                1,
                0,
                0,
                Duration.ZERO,
                5,
                0,
                Duration.ZERO,
                0,
                0,
                new RecoveryReport(false, false, Duration.ofMillis(7), 1, 5, 12));
    }
}
