package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreContents;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kills a process at random moments while it opens, writes, compacts or closes its store, again and
 * again on the same files, and checks that each writer's last acknowledged write and everything
 * before it is there, at most the one write that was under way after it, and nothing else.
 */
@Tag("crash")
class KillTest {

    private static final int WRITERS = 4;

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    private final int[] acknowledged = new int[WRITERS];
    private final int[] applied = new int[WRITERS];
    private final List<Map<String, byte[]>> expected = new ArrayList<>();
    private long seed;
    private Random random = new Random();

    /** What the process is doing when it is killed. */
    private enum Moment {
        WRITING,
        COMPACTING,
        OPENING,
        CLOSING
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nothingAcknowledgedIsLost() throws IOException, InterruptedException {
        int kills = Integer.getInteger("kv.test.kills", 8);
        seed = Seed.announce("Kill");
        random = new Random(seed);
        for (int writer = 0; writer < WRITERS; writer++) {
            expected.add(new TreeMap<>());
        }
        for (int kill = 0; kill < kills; kill++) {
            Moment moment = Moment.values()[kill % Moment.values().length];
            killWhile(moment);
            // Now and then the next process, and not this one, is the first to find the ruins.
            if (kill == kills - 1 || random.nextInt(3) > 0) {
                check(moment);
            }
        }
        System.out.printf(
                "Killed %d times, %d writes acknowledged, none lost%n",
                kills, Arrays.stream(acknowledged).sum());
    }

    private void killWhile(Moment moment) throws IOException, InterruptedException {
        boolean compactByCall = moment == Moment.COMPACTING || random.nextBoolean();
        Durability durability = Durability.values()[random.nextInt(Durability.values().length)];
        try (VictimProcess victim =
                new VictimProcess(
                        stores.directory(), durability, compactByCall, seed, acknowledged)) {
            await(moment, victim);
            victim.kill();
        }
    }

    private void await(Moment moment, VictimProcess victim) throws IOException {
        switch (moment) {
            case WRITING -> victim.awaitAcknowledged(1 + random.nextInt(2500));
            case COMPACTING -> {
                victim.awaitAcknowledged(random.nextInt(800));
                victim.awaitLine(Victim.COMPACTING, 1 + random.nextInt(20));
            }
            case OPENING -> {
                victim.awaitLine(Victim.OPENING, 1);
                linger(60);
            }
            case CLOSING -> {
                victim.awaitAcknowledged(1 + random.nextInt(1000));
                victim.closeStore();
                victim.awaitLine(Victim.CLOSING, 1);
                linger(10);
            }
        }
    }

    // Where there is nothing to wait for, any moment will do.
    private void linger(int mostMillis) {
        LockSupport.parkNanos(random.nextInt((int) TimeUnit.MILLISECONDS.toNanos(mostMillis)));
    }

    private void check(Moment moment) {
        KeyValueStore store = stores.open(StoreOptions.defaults());
        if (moment == Moment.WRITING || moment == Moment.COMPACTING) {
            assertThat(store.stats().recovery().clean()).isFalse();
        }
        for (int writer = 0; writer < WRITERS; writer++) {
            check(store, writer);
        }
        StoreContents contents = StoreContents.of(store);
        assertThat(contents.size()).isEqualTo(expected.stream().mapToInt(Map::size).sum());
        if (random.nextBoolean()) {
            store.compact();
            StoreContents.of(store).assertSameAs(contents);
        }
        stores.close();
    }

    // The state is that after the acknowledged writes or that after one more.
    private void check(KeyValueStore store, int writer) {
        WriteScript script = new WriteScript(seed, writer);
        Map<String, byte[]> state = expected.get(writer);
        while (applied[writer] < acknowledged[writer]) {
            script.write(++applied[writer], state);
        }
        Map<String, byte[]> actual = read(store, WriteScript.prefix(writer));
        List<String> differences = differences(actual, state);
        if (!differences.isEmpty()) {
            assertThat(applied[writer]).as("%s", differences).isEqualTo(acknowledged[writer]);
            script.write(++applied[writer], state);
            assertThat(differences(actual, state))
                    .as(
                            "writer %d after write %d, which was not acknowledged; without it: %s",
                            writer, applied[writer], differences)
                    .isEmpty();
        }
    }

    private static Map<String, byte[]> read(KeyValueStore store, String prefix) {
        Map<String, byte[]> entries = new TreeMap<>();
        try (Stream<Entry> scan = store.scan(prefix)) {
            scan.forEach(entry -> entries.put(entry.keyString(), entry.value()));
        }
        return entries;
    }

    private static List<String> differences(
            Map<String, byte[]> actual, Map<String, byte[]> expected) {
        TreeSet<String> keys = new TreeSet<>(actual.keySet());
        keys.addAll(expected.keySet());
        return keys.stream()
                .filter(key -> !Arrays.equals(actual.get(key), expected.get(key)))
                .limit(10)
                .map(
                        key ->
                                "%s is %s, not %s"
                                        .formatted(
                                                key,
                                                text(actual.get(key)),
                                                text(expected.get(key))))
                .toList();
    }
}
