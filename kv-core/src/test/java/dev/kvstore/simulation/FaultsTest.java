package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreFailedException;
import dev.kvstore.StoreFullException;
import dev.kvstore.StoreState;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Makes the n-th call of the storage fail, for every n, once or for ever, and the disk full at
 * every size; in opening, writing, compaction and closing. Every exception must be one of ours, and
 * what the store holds afterwards must be what was acknowledged.
 */
class FaultsTest {

    private static final int STEPS = 22;

    @ParameterizedTest(name = "{0} for ever {1}, {2}")
    @CsvSource({
        "EIO, false, SYNC",
        "EIO, true, SYNC",
        "ENOSPC, false, SYNC",
        "ENOSPC, true, SYNC",
        "EIO, false, OS",
        "ENOSPC, true, OS",
        "EMFILE, false, SYNC",
        "EMFILE, true, OS"
    })
    void everyCallMayFail(Faults.Kind kind, boolean forEver, Durability durability)
            throws Exception {
        failEveryCall(kind, forEver, durability, kind == Faults.Kind.ENOSPC ? 2 : 7);
    }

    @ParameterizedTest(name = "{0} for ever {1}, {2}")
    @CsvSource({
        "EIO, false, SYNC",
        "EIO, true, SYNC",
        "ENOSPC, false, SYNC",
        "ENOSPC, true, SYNC",
        "EIO, false, OS",
        "EIO, true, OS",
        "ENOSPC, false, OS",
        "ENOSPC, true, OS",
        "EIO, false, INTERVAL",
        "EMFILE, false, SYNC",
        "EMFILE, true, SYNC",
        "EMFILE, false, OS",
        "EMFILE, true, OS"
    })
    @Tag("long")
    void everyCallMayFailInManyHistories(Faults.Kind kind, boolean forEver, Durability durability)
            throws Exception {
        for (int i = 0; i < 10; i++) {
            failEveryCall(kind, forEver, durability, 1);
        }
    }

    private static void failEveryCall(
            Faults.Kind kind, boolean forEver, Durability durability, int stride) throws Exception {
        long seed = Seed.announce("Faults " + kind + " " + forEver + " " + durability);
        Random random = new Random(seed);
        int runs = 0;
        @Nullable String failedCall;
        int n = 1 + random.nextInt(stride);
        do {
            boolean inBackground = random.nextBoolean();
            Options options = new Options(durability, World.SEGMENT_SIZE_BYTES, inBackground);
            Run run = new Run(options, seed, Faults.at(kind, n, forEver));
            failedCall = run.run();
            runs++;
            n += stride;
        } while (failedCall != null);
        assertThat(runs).isGreaterThan(1);
        System.out.println(runs + " runs");
    }

    /** One history with one fault. */
    private static final class Run {

        private final Options options;
        private final SimulatedStorage storage = new SimulatedStorage();
        private final ThreadGroup group = new ThreadGroup("world");
        private final MutableClock clock = new MutableClock();
        private final Outcomes outcomes = new Outcomes();
        private final List<String> log = new ArrayList<>();
        private final Random random;
        private final Faults faults;
        private final World world;
        private boolean mustFail;
        private boolean failedInEarlierLife;

        Run(Options options, long seed, Faults faults) {
            this.options = options;
            this.random = new Random(seed);
            this.faults = faults;
            this.world = new World(storage, options, clock, new History(new TreeMap<>()));
        }

        /** Returns the call that failed, or null if there were not so many calls. */
        @Nullable String run() throws Exception {
            Turns turns = Turns.begin(group, random.nextLong());
            storage.takeTurns(turns);
            storage.failWith(faults);
            try {
                return World.inGroup(group, this::live);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "Failed call: %s%n%s%nThe last calls:%n  %s"
                                .formatted(
                                        storage.failedCall(),
                                        String.join("\n", log),
                                        storage.lastCalls(30)),
                        e);
            } finally {
                turns.end();
            }
        }

        private @Nullable String live() throws Exception {
            if (open()) {
                for (int i = 0; i < STEPS; i++) {
                    step(step(i));
                }
                outcomes.check(world.store());
                tryTo("close", world::close);
                checkNothingIsLeft();
            }
            // The disk is well again.
            storage.failWith(Faults.none());
            reopen(Loss.nothing());
            if (options.durability() == Durability.SYNC) {
                reopen(Loss.everything());
                reopen(Loss.random(random.nextLong()));
            }
            storage.free();
            return faults.failedCall();
        }

        private boolean open() throws InterruptedException {
            boolean opened = tryTo("open", world::open) == null;
            if (!opened) {
                checkNothingIsLeft();
            }
            return opened;
        }

        private Step step(int number) {
            String key = History.key(random.nextInt(History.KEYS));
            return switch (random.nextInt(12)) {
                case 0, 1 -> new Step.Delete(key);
                case 2 -> new Step.Compact();
                case 3, 4 -> History.batch(random, number, 3000);
                case 5 -> number > 4 ? new Step.Reopen() : new Step.Sync();
                default -> new Step.Set(key, History.value(random, number, 6000), 0);
            };
        }

        private void step(Step step) throws InterruptedException {
            if (step instanceof Step.Reopen) {
                tryTo("close", world::close);
                checkNothingIsLeft();
                mustFail = false;
                failedInEarlierLife = storage.failedCall() != null;
                while (!open()) {
                    storage.failWith(Faults.none());
                    failedInEarlierLife = true;
                }
                outcomes.check(world.store());
                return;
            }
            KeyValueStore store = world.store();
            KeyValueStoreException e = tryTo(step.toString(), () -> step.applyTo(store));
            if (e == null) {
                boolean wrote = !Outcomes.changes(step).isEmpty();
                if (mustFail && wrote && !(step instanceof Step.Delete)) {
                    throw new AssertionError("Acknowledged after a failed force: " + step);
                }
                outcomes.done(step);
            } else if (!(e instanceof StoreFullException)) {
                outcomes.unknown(step);
            }
            String failed = storage.failedCall();
            if (failed != null && !failedInEarlierLife && isForceOfRecords(failed)) {
                boolean forced = step.equals(new Step.Sync()) || !Outcomes.changes(step).isEmpty();
                if (forced && options.durability() == Durability.SYNC) {
                    awaitFailed(store, failed);
                }
                mustFail = store.stats().state() == StoreState.FAILED;
            }
            if (e instanceof StoreFailedException) {
                assertThat(store.stats().state()).isEqualTo(StoreState.FAILED);
                assertThat(store.stats().failure()).isNotNull();
            }
            outcomes.check(store); // reads go on
        }

        /** The thread that saw the force fail may be about to tell the others. */
        private static void awaitFailed(KeyValueStore store, String call) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (store.stats().state() != StoreState.FAILED && System.nanoTime() < end) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            assertThat(store.stats().state())
                    .as("failed after " + call)
                    .isEqualTo(StoreState.FAILED);
        }

        private static boolean isForceOfRecords(String call) {
            // The preparer forces the header of a file that has no records yet.
            return call.startsWith("force segment")
                    && call.contains(".kvs from")
                    && !call.contains(" from 0, 128");
        }

        /** Does something that may fail in the ways that are documented. */
        private @Nullable KeyValueStoreException tryTo(String what, Runnable action) {
            try {
                action.run();
                log.add(what);
                return null;
            } catch (KeyValueStoreException e) {
                log.add(what + ": " + e);
                if (storage.failedCall() == null) {
                    throw e;
                }
                return e;
            }
        }

        private void checkNothingIsLeft() throws InterruptedException {
            assertThat(storage.heldLocks()).as("locks").isZero();
            assertThat(storage.mappedRegions()).as("mappings").isZero();
            Thread[] threads = new Thread[group.activeCount() + 8];
            int count = group.enumerate(threads);
            for (int i = 0; i < count; i++) {
                if (threads[i] != Thread.currentThread()) {
                    throw new AssertionError("A thread is left: " + threads[i]);
                }
            }
        }

        private void reopen(Loss loss) {
            SimulatedStorage left = storage.cut("in the end").after(loss);
            World again = new World(left, options, clock, new History(new TreeMap<>()));
            try {
                again.open();
                outcomes.check(again.store());
                again.store().set(History.key(0), "goes on");
                assertThat(again.store().get(History.key(0))).isEqualTo("goes on");
                again.store().compact();
                again.close();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("Reopened, " + loss, e);
            }
            left.free();
        }
    }
}
