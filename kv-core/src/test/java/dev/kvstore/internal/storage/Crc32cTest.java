package dev.kvstore.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class Crc32cTest {

    private final Random random = new Random(1);

    @Test
    void extendsByAWordAsTheJdkDoes() {
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            long word = i < 64 ? 1L << i : random.nextLong();
            CRC32C expected = new CRC32C();
            expected.update(bytes);
            int checksum = (int) expected.getValue();
            expected.update(littleEndian(word));
            assertThat(Crc32c.extend(checksum, word)).isEqualTo((int) expected.getValue());
        }
    }

    @Test
    void ofTwoArraysIsThatOfBothTogether() {
        byte[] bytes = new byte[100];
        random.nextBytes(bytes);
        CRC32C expected = new CRC32C();
        expected.update(bytes);
        for (int i = 0; i <= bytes.length; i++) {
            byte[] first = java.util.Arrays.copyOf(bytes, i);
            byte[] second = java.util.Arrays.copyOfRange(bytes, i, bytes.length);
            assertThat(Crc32c.of(first, second)).isEqualTo((int) expected.getValue());
        }
    }

    @Test
    void ofABufferLeavesItsPositionAlone() {
        byte[] bytes = new byte[100];
        random.nextBytes(bytes);
        ByteBuffer buffer = ByteBuffer.allocateDirect(120).put(10, bytes).position(3).limit(115);
        CRC32C expected = new CRC32C();
        expected.update(bytes);

        assertThat(Crc32c.of(buffer, 10, 100)).isEqualTo((int) expected.getValue());
        assertThat(buffer.position()).isEqualTo(3);
        assertThat(buffer.limit()).isEqualTo(115);
    }

    private static byte[] littleEndian(long word) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(word);
        return bytes;
    }
}
