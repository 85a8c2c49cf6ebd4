package dev.kvstore.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.crash.VictimOptions.Compaction;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process at random moments while it creates, opens, writes, compacts or closes its store,
 * again and again on the same files, and checks that each writer's last acknowledged write and
 * everything before it is there, at most the one write that was under way after it, and nothing
 * else. The property {@code kv.test.kills} says how often.
 */
@Tag("crash")
class KillTest {

    private static final int WRITERS = 4;

    /** After so many kills, or fewer, another directory is begun. */
    private static final int MOST_KILLS_OF_A_STORE = 40;

    @TempDir Path root;

    private long seed;
    private Random random = new Random();
    private VictimOptions options = VictimOptions.random(Path.of("."), random);
    private Survivors survivors = new Survivors(0, WRITERS);
    private int kills;
    private int stores;
    private int killedInOpen;
    private int killedInClose;
    private long acknowledged;
    private boolean loss;

    /** What the process is doing when it is killed. */
    private enum Moment {
        WRITING,
        SEALING,
        COMPACTING,
        OPENING,
        CLOSING,
        /** The very first time, when there is nothing in the directory, or no directory. */
        CREATING
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nothingAcknowledgedIsLost() throws IOException, InterruptedException {
        kill(Integer.getInteger("kv.test.kills", 10), 8);
    }

    @Test
    @Tag("long")
    @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nothingAcknowledgedIsLostInHundredsOfKills() throws IOException, InterruptedException {
        kill(Integer.getInteger("kv.test.kills", 200), MOST_KILLS_OF_A_STORE);
    }

    private void kill(int times, int mostOfAStore) throws IOException, InterruptedException {
        seed = Seed.announce("Kill");
        random = new Random(seed);
        try {
            while (kills < times) {
                liveThrough(Math.min(times - kills, 1 + random.nextInt(mostOfAStore)));
            }
        } finally {
            System.out.printf(
                    "Killed %d times (%d in open, %d in close), in %d stores, %d writes acknowledged,"
                            + " %s lost%n",
                    kills, killedInOpen, killedInClose, stores, acknowledged, loss ? "some" : "0");
        }
    }

    /** The life of one store, from the first process that dies of creating it. */
    private void liveThrough(int killsOfThisStore) throws IOException, InterruptedException {
        options = VictimOptions.random(root.resolve("store-" + stores++), random);
        survivors = new Survivors(options.seed(), WRITERS);
        for (int kill = 0; kill < killsOfThisStore; kill++) {
            Moment moment = kill == 0 ? Moment.CREATING : Moment.values()[random.nextInt(5)];
            long before = survivors.allAcknowledged();
            killWhile(moment);
            kills++;
            acknowledged += survivors.allAcknowledged() - before;
            // Now and then the next process, and not this one, is the first to find the ruins.
            if (kill == killsOfThisStore - 1 || random.nextInt(3) > 0) {
                checkAfter(moment);
            }
        }
    }

    private void killWhile(Moment moment) throws IOException, InterruptedException {
        VictimOptions drawn =
                moment == Moment.COMPACTING
                        ? options.with(Compaction.BY_CALL, random)
                        : options.redrawn(random);
        try (VictimProcess victim = new VictimProcess(drawn, survivors.acknowledged())) {
            await(moment, victim);
            victim.kill();
            killedInOpen += victim.hasSaid(Victim.OPENING) && !victim.hasSaid(Victim.OPEN) ? 1 : 0;
            killedInClose +=
                    victim.hasSaid(Victim.CLOSING) && !victim.hasSaid(Victim.CLOSED) ? 1 : 0;
        } catch (AssertionError | IOException e) {
            throw new AssertionError("While " + moment + " with " + drawn + ": " + e, e);
        }
    }

    private void await(Moment moment, VictimProcess victim) throws IOException {
        switch (moment) {
            case WRITING -> victim.awaitAcknowledged(1 + random.nextInt(2500));
            case SEALING -> {
                victim.awaitAcknowledged(1 + random.nextInt(800));
                victim.awaitLine(Victim.SEALING, 1 + random.nextInt(5));
                linger(3);
            }
            case COMPACTING -> {
                victim.awaitAcknowledged(random.nextInt(800));
                victim.awaitLine(Victim.COMPACTING, 1 + random.nextInt(20));
                linger(3);
            }
            case OPENING -> {
                victim.awaitLine(Victim.OPENING, 1);
                linger(80);
            }
            case CREATING -> {
                victim.awaitLine(Victim.OPENING, 1);
                if (random.nextInt(4) == 0) {
                    linger(80);
                } else {
                    victim.awaitFiles(options.directory(), random.nextInt(4));
                    linger(1);
                }
            }
            case CLOSING -> {
                victim.awaitAcknowledged(1 + random.nextInt(1000));
                victim.closeStore();
                victim.awaitLine(Victim.CLOSING, 1);
                linger(10);
            }
        }
    }

    /** Lets some time pass, since any moment will do: often less than a millisecond. */
    private void linger(int mostMillis) {
        long most = random.nextBoolean() ? 500_000 : TimeUnit.MILLISECONDS.toNanos(mostMillis);
        LockSupport.parkNanos(random.nextInt((int) most));
    }

    private void checkAfter(Moment moment) {
        try {
            if (isCreated() && random.nextInt(4) == 0) {
                checkWithoutTouchingIt();
            }
            checkAndTidy(moment);
        } catch (AssertionError | RuntimeException e) {
            loss = true;
            throw new AssertionError("After " + moment + " with " + options + ": " + e, e);
        }
    }

    private boolean isCreated() {
        return Files.exists(options.directory().resolve("store.kv"));
    }

    /** Opens the ruins read-only, which must show the same and leave them to the next. */
    private void checkWithoutTouchingIt() {
        try (KeyValueStore store = options.toBuilder().readOnly(true).open()) {
            survivors.check(store);
        }
    }

    private void checkAndTidy(Moment moment) {
        boolean surelyInUse =
                moment == Moment.WRITING || moment == Moment.SEALING || moment == Moment.COMPACTING;
        try (KeyValueStore store =
                options.redrawn(random).toBuilder().clock(Survivors.aLittleLater()).open()) {
            if (surelyInUse) {
                assertThat(store.stats().recovery().clean()).isFalse();
            }
            survivors.checkALittleLater(store);
            if (random.nextBoolean()) {
                StoreContents contents = StoreContents.of(store);
                store.compact();
                StoreContents.of(store).assertSameAs(contents);
            }
        }
        if (random.nextInt(3) == 0) {
            try (KeyValueStore store =
                    options.toBuilder().readOnly(true).clock(Survivors.muchLater()).open()) {
                survivors.checkMuchLater(store);
            }
        }
    }
}
