package dev.kvstore.simulation;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.VerificationReport;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.simulation.World.Moment;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;

/**
 * Opens what a power cut left, checks that it is a prefix of the history that holds all it has to,
 * cuts the power again during that recovery, and checks again.
 */
final class AfterTheCut {

    private static final int MOMENTS_OF_A_RECOVERY = 30;

    private final Options options;
    private final History history;
    private final Random random;
    private final int cutsDuringRecovery;
    private long opened;

    /**
     * Makes a check.
     *
     * @param cutsDuringRecovery about how many moments of each recovery are tried too
     */
    AfterTheCut(Options options, History history, Random random, int cutsDuringRecovery) {
        this.options = options;
        this.history = history;
        this.random = random;
        this.cutsDuringRecovery = cutsDuringRecovery;
    }

    /** How many stores were opened. */
    long opened() {
        return opened;
    }

    /** The losses that are worth trying at every moment, and some by chance. */
    static List<Loss> losses(Random random, int byChance) {
        List<Loss> losses = new ArrayList<>();
        losses.add(Loss.nothing());
        losses.add(Loss.everything());
        losses.add(Loss.bytesOnly(true));
        losses.add(Loss.bytesOnly(false));
        losses.add(Loss.byFile(".kvs", true));
        losses.add(Loss.byFile(".kvs", false));
        for (int i = 0; i < byChance; i++) {
            losses.add(Loss.random(random.nextLong()));
        }
        return losses;
    }

    /** Checks one disk of a moment; returns the number of steps that survived. */
    int check(Moment moment, Loss loss) {
        // The death of the process takes nothing that it had finished, in any mode.
        boolean killed = !moment.cut().canLoseSomething() || loss.isNothing();
        int least = killed ? moment.finished() : moment.durable();
        String text = moment.cut() + "\nIt left the disk thus: " + loss;
        int leastAgain = Math.min(least, moment.durable());
        return check(
                moment.cut().after(loss), moment, least, leastAgain, moment.started(), text, 1);
    }

    private int check(
            SimulatedStorage storage,
            Moment moment,
            int least,
            int leastAgain,
            int most,
            String text,
            int level) {
        MutableClock clock = new MutableClock();
        clock.setMillis(moment.now());
        List<PowerCut> again = new ArrayList<>();
        boolean cutAgain = level == 1 && cutsDuringRecovery > 0;
        if (cutAgain) {
            storage.observe(
                    at -> {
                        if (random.nextInt(MOMENTS_OF_A_RECOVERY) < cutsDuringRecovery) {
                            again.add(storage.cut(at));
                        }
                    });
        }
        int survived;
        try {
            KeyValueStore store = StoreOpener.open(options.with(clock, false), storage);
            opened++;
            storage.observe(at -> {});
            try {
                survived = survived(store, moment, least, most);
                if (cutAgain) {
                    again.add(storage.cut("after it was opened and read"));
                }
                if (level == 1 && random.nextInt(4) == 0) {
                    goOn(store, survived, moment.now());
                }
            } finally {
                store.close();
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "%s%n%d to %d steps had to survive of%n%s"
                            .formatted(text, least, most, history.text(least - 6)),
                    e);
        }
        if (storage.mappedRegions() != 0 || storage.heldLocks() != 0) {
            throw new AssertionError("Mappings or locks were left behind.");
        }
        storage.free();
        if (cutAgain) {
            checkAgain(again, moment, survived, leastAgain, text);
        }
        return survived;
    }

    private void checkAgain(
            List<PowerCut> again, Moment moment, int survived, int least, String text) {
        // What was read once must be there whatever happens next.
        checkAgain(again.remove(again.size() - 1), moment, survived, survived, text);
        for (PowerCut cut : again) {
            checkAgain(cut, moment, least, moment.started(), text);
        }
    }

    private void checkAgain(PowerCut cut, Moment moment, int least, int most, String text) {
        Loss loss = random.nextBoolean() ? Loss.everything() : Loss.random(random.nextLong());
        String both = text + "\nThen, during recovery: " + cut + "\nIt left the disk thus: " + loss;
        check(cut.after(loss), moment, least, least, most, both, 2);
    }

    private int survived(KeyValueStore store, Moment moment, int least, int most) {
        NavigableMap<String, String> contents = World.contents(store);
        int survived = history.find(contents, least, most, moment.now());
        if (survived < 0) {
            int earlier = history.find(contents, 0, most, moment.now());
            throw new AssertionError(
                    earlier >= 0
                            ? "Only " + earlier + " steps have survived."
                            : "The store holds what it never held: " + contents);
        }
        return survived;
    }

    /** The store must go on as any other. */
    private void goOn(KeyValueStore store, int survived, long now) {
        NavigableMap<String, String> expected = history.visible(survived, now);
        for (int i = 0; i < 3; i++) {
            String key = History.key(random.nextInt(History.KEYS));
            String value = History.value(random, 1000 + i, options.segmentSizeBytes() / 2);
            store.set(key, value);
            expected.put(key, value);
        }
        if (random.nextBoolean()) {
            store.compact();
        }
        String gone = History.key(random.nextInt(History.KEYS));
        if (store.delete(gone) != (expected.remove(gone) != null)) {
            throw new AssertionError("delete of " + gone + " answered wrongly");
        }
        if (options.durability() != Durability.SYNC) {
            store.sync();
        }
        NavigableMap<String, String> contents = World.contents(store);
        VerificationReport verification = store.verify();
        if (!verification.isSound()) {
            throw new AssertionError("Not sound: " + verification);
        }
        if (!contents.equals(expected)) {
            throw new AssertionError("Went on with " + contents + ", not " + expected);
        }
    }
}
