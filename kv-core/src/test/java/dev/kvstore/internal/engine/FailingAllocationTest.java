package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFullException;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Interception;
import dev.kvstore.testing.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that cannot make a segment, however often that is tried. */
class FailingAllocationTest {

    private static final byte[] VALUE = new byte[8 << 10];
    private static final int ATTEMPTS = 5;

    private final AtomicInteger mapped = new AtomicInteger();
    private volatile String failingCall = "";

    /** A store that goes on so for days must not run out of mappings. */
    @ParameterizedTest
    @ValueSource(strings = {"force", "syncDirectory"})
    void whatWasMappedForItIsGivenBack(String call) {
        try (KeyValueStore store = StoreOpener.open(options(), disk())) {
            set(store); // so that there is a first segment
            failingCall = call;
            fillUntilRefused(store);
            int before = mapped.get();
            for (int i = 0; i < ATTEMPTS; i++) {
                assertThat(catchThrowable(() -> set(store))).isInstanceOf(StoreFullException.class);
            }
            assertThat(mapped).hasValue(before);

            failingCall = "";
            set(store);
        }
    }

    private static void fillUntilRefused(KeyValueStore store) {
        Throwable refusal = null;
        for (int i = 0; i < 100 && refusal == null; i++) {
            refusal = catchThrowable(() -> set(store));
        }
        assertThat(refusal).isInstanceOf(StoreFullException.class);
    }

    private static void set(KeyValueStore store) {
        store.set(new byte[] {1}, VALUE);
    }

    private Storage disk() {
        return Interception.ofDisk(
                new MemoryStorage(path()),
                call -> {
                    failIfDue(call);
                    if (call.isOf("unmap")) {
                        mapped.decrementAndGet();
                    }
                    Object result = call.proceed();
                    if (result instanceof MappedRegion) {
                        mapped.incrementAndGet();
                    }
                    return result;
                });
    }

    private void failIfDue(Interception.Call call) throws IOException {
        if (call.isOf(failingCall) && Thread.currentThread().getName().equals("kv-preparer")) {
            throw new IOException("Input/output error (simulated)");
        }
    }

    private static Path path() {
        return Path.of("/failing");
    }

    private static StoreOptions options() {
        return new StoreOptions(
                path(),
                null,
                Durability.OS,
                Duration.ofSeconds(1),
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
