package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process dies and leaves much with the kernel that is not on the disk; the power goes while the
 * next one recovers, or soon after. What recovery vouches for has to be on the disk by then.
 */
class KilledThenCutTest {

    private static final int WORLDS = 6;
    private static final int STEPS = 40;
    private static final int EVERY_CALL = 30;

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"OS", "INTERVAL"})
    void whatRecoveryVouchesForIsOnTheDisk(Durability durability) {
        Random random = new Random(Seed.announce("Killed, then cut, " + durability));
        for (int i = 0; i < WORLDS; i++) {
            Options options = new Options(durability, World.SEGMENT_SIZE_BYTES, i % 2 == 0);
            History history = new History(new TreeMap<>());
            World world = new World(new SimulatedStorage(), options, new MutableClock(), history);
            world.open();
            for (int step = 0; step < STEPS; step++) {
                world.step(History.random(random, step, 6000));
            }
            // A store that was only read since its open recovers nothing.
            world.step(new Step.Set(History.key(0), "the last", 0));
            World.Moment killed = world.moment("while nobody did anything");
            world.close();
            world.storage().free();

            assertThat(killed.cut().canLoseSomething()).isTrue();
            AfterTheCut check = new AfterTheCut(options, history, random, EVERY_CALL);
            check.check(killed, Loss.nothing());
            assertThat(check.opened()).isGreaterThan(10);
        }
    }

    /** Its next process finds a file that is as long as it should be, and not so on the disk. */
    @Test
    void whatTheDeadProcessWasMakingIsMadeWell() {
        Random random = new Random(Seed.announce("Killed while making files, then cut"));
        Options options = new Options(Durability.SYNC, World.SEGMENT_SIZE_BYTES, false);
        History history = new History(new TreeMap<>());
        World world = new World(new SimulatedStorage(), options, new MutableClock(), history);
        world.rememberEveryCall();
        world.open();
        for (int step = 0; step < 6; step++) {
            world.step(new Step.Set("key" + step, "x".repeat(3500), 0));
        }
        world.close();
        world.storage().free();

        AfterTheCut check = new AfterTheCut(options, history, random, EVERY_CALL);
        for (World.Moment killed : world.moments()) {
            check.check(killed, Loss.nothing());
        }
        assertThat(check.opened()).isGreaterThan(world.moments().size());
    }
}
