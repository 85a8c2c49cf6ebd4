package dev.kvstore.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.testing.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A flipped bit in an expiry must not make a key pass for one that has expired. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExpiryDamageTest {

    private static final StoreOptions OPTIONS =
            StoreOptions.defaults().withSegmentSizeBytes(SampleStore.SEGMENT_SIZE);
    private static final byte[] KEY = "session".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VALUE = {1, 2, 3};

    @TempDir Path directory;

    @Test
    void aDamagedExpiryDoesNotMakeAKeyAbsent() {
        Path whole = directory.resolve("whole");
        try (KeyValueStore store = OPTIONS.toBuilder(whole).open()) {
            store.set(KEY, VALUE, Duration.ofHours(1));
        }
        Map<String, byte[]> files = SampleStore.read(whole);
        int record = RawSegment.HEADER_SIZE;
        byte[] longAgo = {1, 0, 0, 0, 0, 0, 0, 0};
        Path damaged = directory.resolve("damaged");
        SampleStore.write(
                Damage.overwrite(files, "segment-00000000.kvs", record + 20, longAgo), damaged);

        try (KeyValueStore store = OPTIONS.toBuilder(damaged).open()) {
            assertDamaged(() -> store.get(KEY));
            assertDamaged(() -> store.contains(KEY));
            assertDamaged(() -> store.update(KEY, VALUE));
            assertDamaged(() -> store.setIfAbsent(KEY, VALUE));
            assertDamaged(() -> store.compareAndSet(KEY, VALUE, VALUE));
            assertDamaged(() -> store.delete(KEY));
            store.set(KEY, VALUE);
            assertThat(store.get(KEY)).isEqualTo(VALUE);
        }
    }

    private static void assertDamaged(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(StoreCorruptedException.class);
    }
}
