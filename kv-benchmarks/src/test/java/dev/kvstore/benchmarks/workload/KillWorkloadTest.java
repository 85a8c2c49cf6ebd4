package dev.kvstore.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KillWorkloadTest {

    @Test
    void computedStateIsThatOfTheOperations() {
        int keys = 50;
        KillWorkload workload = new KillWorkload(keys, 5);
        long[] versions = new long[keys];
        Arrays.fill(versions, 5);
        for (long done = 0; done < 4 * keys; done++) {
            for (int position = 0; position < keys; position++) {
                long index = workload.index(position);
                assertThat(workload.expected(position, done))
                        .isEqualTo(versions[Math.toIntExact(index)]);
            }
            versions[Math.toIntExact(workload.index(done))] = workload.version(done);
        }
        assertThat(versions).contains(KillWorkload.ABSENT);
    }
}
