package dev.kvstore.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsTest {

    @Test
    void keysDiffer() {
        Set<ByteBuffer> keys = new HashSet<>();
        for (long index = 0; index < 10_000; index++) {
            keys.add(ByteBuffer.wrap(Records.key(index, new byte[Records.KEY_BYTES])));
        }
        assertThat(keys).hasSize(10_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 23, 24, 100, 1024})
    void everyChangedByteIsFound(int bytes) {
        byte[] value = Records.value(7, 3, new byte[bytes]);
        assertThat(Records.check(value, 7, bytes)).isEqualTo(3);
        // With no filler the version is all there is, and any version passes.
        for (int i = 0; i < bytes && bytes > Records.MIN_VALUE_BYTES; i++) {
            byte[] damaged = value.clone();
            damaged[i] ^= 1;
            assertThatThrownBy(() -> Records.check(damaged, 7, bytes))
                    .isInstanceOf(WrongValueException.class);
        }
    }

    @Test
    void missingShortAndForeignValuesAreFound() {
        byte[] value = Records.value(7, 3, new byte[100]);
        assertThatThrownBy(() -> Records.check(null, 7, 100)).hasMessageContaining("missing");
        assertThatThrownBy(() -> Records.check(value, 7, 99)).hasMessageContaining("100 bytes");
        assertThatThrownBy(() -> Records.check(value, 8, 100)).hasMessageContaining("one of 7");
    }
}
