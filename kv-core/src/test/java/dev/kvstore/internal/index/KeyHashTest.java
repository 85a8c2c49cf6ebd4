package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyHashTest {

    private final Random random = new Random(1);

    @Test
    void isTheSameOfAnArrayAndOfABuffer() {
        for (int size = 1; size < 200; size++) {
            byte[] key = new byte[size];
            random.nextBytes(key);
            ByteBuffer buffer = ByteBuffer.allocateDirect(size + 7).order(ByteOrder.LITTLE_ENDIAN);
            buffer.put(3, key);
            long seed = random.nextLong();
            assertThat(KeyHash.of(seed, buffer, 3, size)).isEqualTo(KeyHash.of(seed, key));
        }
    }

    @Test
    void isNotTheSameWithAnotherSeed() {
        byte[] key = new byte[16];

        assertThat(KeyHash.of(1, key)).isNotEqualTo(KeyHash.of(2, key));
    }

    @Test
    void tellsKeysApartThatDifferOnlyInZerosAtTheEnd() {
        long[] hashes = new long[100];
        for (int size = 0; size < hashes.length; size++) {
            hashes[size] = KeyHash.of(7, new byte[size]);
        }

        assertThat(Arrays.stream(hashes).distinct().count()).isEqualTo(hashes.length);
    }

    @Test
    void changesWithEachBitOfAKey() {
        byte[] key = new byte[21];
        random.nextBytes(key);
        long hash = KeyHash.of(7, key);
        for (int bit = 0; bit < key.length * 8; bit++) {
            key[bit / 8] ^= (byte) (1 << bit % 8);
            int changed = Long.bitCount(hash ^ KeyHash.of(7, key));
            assertThat(changed).as("bits changed by bit %d", bit).isBetween(10, 54);
            key[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    /** The buckets are filled evenly; the pages are twice as dense at one end as at the other. */
    @Test
    void isEvenBelowAndBentAbove() {
        int keys = 640_000;
        int[] buckets = new int[64];
        int[] sixteenths = new int[16];
        for (int i = 0; i < keys; i++) {
            byte[] key = Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            long hash = KeyHash.of(99, key);
            buckets[Slot.homeBucket(hash)]++;
            sixteenths[(int) (hash >>> 60)]++;
        }

        assertThat(Arrays.stream(buckets).min().orElseThrow()).isGreaterThan(9_500);
        assertThat(Arrays.stream(buckets).max().orElseThrow()).isLessThan(10_500);
        assertThat((double) sixteenths[15] / sixteenths[0]).isBetween(1.85, 2.0);
        for (int i = 1; i < 16; i++) {
            assertThat(sixteenths[i]).isGreaterThan(sixteenths[i - 1]);
        }
    }
}
