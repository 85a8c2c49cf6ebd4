package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFailedException;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Interception;
import dev.kvstore.testing.MemoryStorage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An error while a full segment is ended, as it may be when there is no memory left. */
class FailingEndTest {

    private static final byte[] VALUE = new byte[8 << 10];

    private volatile boolean failing;

    /** Recovery would not look for what is behind the end of a segment. */
    @ParameterizedTest
    @EnumSource
    void nothingIsWrittenAfterIt(Durability durability) {
        MemoryStorage disk = new MemoryStorage(path());
        int written = 0;
        KeyValueStore store = StoreOpener.open(options(durability), failing(disk));
        store.set(key(written++), VALUE);
        failing = true;
        Throwable failure = null;
        while (failure == null) {
            int next = written;
            failure = catchThrowable(() -> store.set(key(next), VALUE));
            written += failure == null ? 1 : 0;
        }
        failing = false;

        assertThat(failure).isInstanceOf(OutOfMemoryError.class);
        assertThatExceptionOfType(StoreFailedException.class)
                .isThrownBy(() -> store.set(key(0), VALUE));
        assertThat(store.get(key(0))).isEqualTo(VALUE);
        assertThatExceptionOfType(StoreFailedException.class).isThrownBy(store::close);

        try (KeyValueStore reopened = StoreOpener.open(options(durability), disk)) {
            assertThat(reopened.size()).isEqualTo(written);
            assertThat(reopened.verify().problems()).isEmpty();
        }
    }

    private Storage failing(Storage storage) {
        return Interception.ofDisk(
                storage,
                call -> {
                    if (failing && call.isOf("endWriting")) {
                        throw new OutOfMemoryError("simulated");
                    }
                    return call.proceed();
                });
    }

    private static byte[] key(int i) {
        return new byte[] {(byte) i};
    }

    private static Path path() {
        return Path.of("/failing-end");
    }

    private static StoreOptions options(Durability durability) {
        return new StoreOptions(
                path(),
                null,
                durability,
                Duration.ofHours(1),
                64 << 10,
                1_000,
                1 << 20,
                new CompactionOptions(false, Duration.ofHours(1), 0.4, 0),
                false,
                true,
                0,
                Clock.systemUTC());
    }
}
