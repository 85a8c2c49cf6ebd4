package dev.kvstore.stress;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.internal.compaction.CompactionOptions;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreOptions;
import dev.kvstore.testing.MemoryStorage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Keys are set while compaction copies what they were before. */
@JCStressTest
@Description("Compaction switches a slot only if it still names the original.")
@Outcome(id = "right", expect = Expect.ACCEPTABLE, desc = "What was set last.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The copy has replaced what was set meanwhile.")
@State
public class RelocatedKey {

    private static final int KEYS = 40;
    private static final int SETS_BETWEEN_COMPACTIONS = 100;

    private static final KeyValueStore STORE = open();
    private static final int[] SET = new int[KEYS];

    private static volatile int sets;
    private static int compactedAt;

    private static KeyValueStore open() {
        MemoryStorage storage = new MemoryStorage(Path.of("/memory"));
        return StoreOpener.open(
                new StoreOptions(
                        storage.directory(),
                        null,
                        Durability.OS,
                        Duration.ofHours(1),
                        8 << 10,
                        100,
                        1000,
                        new CompactionOptions(false, Duration.ofHours(1), 0.5, 0),
                        false,
                        true,
                        0,
                        Clock.systemUTC()),
                storage);
    }

    @Actor
    public void setAndRead(L_Result result) {
        synchronized (SET) {
            int key = sets % KEYS;
            String name = "key-" + key;
            String expected = SET[key] == 0 ? null : value(SET[key]);
            result.r1 = java.util.Objects.equals(STORE.get(name), expected) ? "right" : "undone";
            STORE.set(name, value(++SET[key]));
            sets++;
        }
    }

    private static String value(int number) {
        return "value number " + number + " of the key";
    }

    @Actor
    public void compact() {
        synchronized (STORE) {
            if (sets - compactedAt >= SETS_BETWEEN_COMPACTIONS) {
                compactedAt = sets;
                STORE.compact();
            }
        }
    }
}
