package dev.kvstore.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotTest {

    private final Random random = new Random(1);

    @Test
    void keepsTagAndAddressApart() {
        for (int i = 0; i < 1000; i++) {
            int signature = Slot.signature(random.nextLong(), 4);
            long address = 1 + random.nextLong(Slot.MAX_ADDRESS);
            long slot = Slot.of(signature, address);
            assertThat(Slot.signature(slot)).isEqualTo(signature);
            assertThat(Slot.address(slot)).isEqualTo(address);
            assertThat(Slot.isVacant(slot)).isFalse();
            assertThat(Slot.isDisplaced(slot)).isFalse();
        }
    }

    @Test
    void takesTheLargestAddress() {
        long slot = Slot.of(0, Slot.MAX_ADDRESS);

        assertThat(Slot.address(slot)).isEqualTo(Slot.MAX_ADDRESS);
        assertThat(Slot.signature(slot)).isZero();
    }

    @Test
    void displacingChangesOneBitAndBackAgain() {
        long slot = Slot.of(Slot.signature(random.nextLong(), 4), 77);
        long displaced = Slot.displace(slot);

        assertThat(Slot.isDisplaced(displaced)).isTrue();
        assertThat(Slot.address(displaced)).isEqualTo(77);
        assertThat(Slot.signature(displaced)).isEqualTo(Slot.signature(slot) | 1);
        assertThat(Slot.displace(displaced)).isEqualTo(slot);
    }

    @Test
    void emptyAndDeletedAreVacantAndNotTheSame() {
        assertThat(Slot.isVacant(Slot.EMPTY)).isTrue();
        assertThat(Slot.isVacant(Slot.DELETED)).isTrue();
        assertThat(Slot.DELETED).isNotEqualTo(Slot.EMPTY);
    }

    @Test
    void theOtherBucketOfTheOtherBucketIsHome() {
        for (int i = 0; i < 1000; i++) {
            long hash = random.nextLong();
            int signature = Slot.signature(hash, 4);
            int home = Slot.homeBucket(hash);
            int other = Slot.otherBucket(home, signature);
            assertThat(other).isBetween(0, 63).isNotEqualTo(home);
            assertThat(Slot.otherBucket(other, signature)).isEqualTo(home);
            // A displaced entry has one more bit, which must not count.
            assertThat(Slot.otherBucket(other, signature | 1)).isEqualTo(home);
        }
    }

    /** At the depth of 16 the tags are used up, and the hash itself is asked. */
    @Test
    void theTagSaysToWhichHalfAnEntryGoes() {
        for (int depth = 0; depth < Slot.MAX_DEPTH; depth++) {
            if (Slot.tagBase(depth) != Slot.tagBase(depth + 1)) {
                assertThat(depth).isEqualTo(16);
                continue;
            }
            for (int i = 0; i < 100; i++) {
                long hash = random.nextLong();
                long slot = Slot.of(Slot.signature(hash, depth), 1);
                int next = (int) (hash >>> (63 - depth)) & 1;
                assertThat(Slot.half(slot, depth)).isEqualTo(next);
                assertThat(Slot.half(Slot.displace(slot), depth)).isEqualTo(next);
            }
        }
    }
}
