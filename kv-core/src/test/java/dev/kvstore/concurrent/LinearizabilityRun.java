package dev.kvstore.concurrent;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.testing.TestData;
import dev.kvstore.testing.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Clients at a few hot keys, while everything that moves records goes on: compaction in the
 * background and on demand, segments that are used again, and other keys that make the pages of the
 * index split. They work in rounds, and what they saw is judged after each. A round ends at rest,
 * or by closing the store under the clients, or as if the process had been killed; the next one
 * goes on with the index as it was closed, or with one that was rebuilt.
 */
final class LinearizabilityRun {

    private static final int CLIENTS = 5;
    private static final int HOT_KEYS = 12;

    /** Small values at first, so that the index splits its pages soon and often. */
    private static final int MOST_COLD_KEYS = 12_000;

    private static final int COLD_BATCH = 60;
    private static final int COLD_VALUE_BYTES = 24;

    private static final int ROUNDS_IN_ONE_STORE = 24;

    /** How a round ends, and perhaps the store. */
    enum End {
        AT_REST,
        CLOSED,
        CLOSED_AND_INDEX_LOST,
        KILLED
    }

    /** Where the stores of a run come from. */
    interface Source {

        /** Opens a new store, in the place of the one there was. */
        KeyValueStore begin();

        void close();

        /** Opens the store again, as it is after such an end, which is not {@link End#AT_REST}. */
        KeyValueStore reopen(End end);

        /** Returns the ends there can be. */
        List<End> ends();
    }

    private final Source source;
    private final Supplier<Workers> threads;
    private final int stepsInRound;
    private final Random random;

    private KeyValueStore store;
    private HotKeys keys = new HotKeys(0);
    private List<Client> clients = List.of();
    private int coldKey;
    private volatile boolean over;

    private long checked;
    private long compactions; // of stores before the one that is open
    private int rounds;
    private int rebuilds;

    LinearizabilityRun(Source source, Supplier<Workers> threads, int stepsInRound, long seed) {
        this.source = source;
        this.threads = threads;
        this.stepsInRound = stepsInRound;
        this.random = new Random(seed);
        this.store = source.begin();
    }

    /** Works until a condition ends, and then until the round is over. */
    void runWhile(BooleanSupplier condition) throws InterruptedException {
        while (condition.getAsBoolean()) {
            if (rounds % ROUNDS_IN_ONE_STORE == 0) {
                beginAfresh();
            }
            runRound(source.ends().get(rounds % source.ends().size()));
            rounds++;
        }
        checked += keys.checked();
    }

    private void beginAfresh() {
        checked += keys.checked();
        store = source.begin();
        keys = new HotKeys(HOT_KEYS);
        clients = new ArrayList<>();
        for (int id = 0; id < CLIENTS; id++) {
            clients.add(new Client(id, keys, random.nextLong()));
        }
        coldKey = 0;
    }

    private void runRound(End end) throws InterruptedException {
        over = false;
        CountDownLatch enough = new CountDownLatch(CLIENTS);
        Workers workers = threads.get();
        for (Client client : clients) {
            workers.start(() -> work(client, enough));
        }
        workers.meanwhile(this::writeColdKeys).meanwhile(this::compact);
        enough.await();
        if (end == End.CLOSED || end == End.CLOSED_AND_INDEX_LOST) {
            source.close();
        }
        over = true;
        workers.finish();
        clients.forEach(Client::stop);
        keys.check(clients);
        reopen(end);
    }

    private void work(Client client, CountDownLatch enough) {
        try {
            for (int i = 0; i < stepsInRound && client.step(store); i++) {
                continue;
            }
        } finally {
            enough.countDown();
        }
        while (!over && client.step(store)) {
            Thread.yield();
        }
    }

    private void writeColdKeys() {
        try {
            TestData.fill(store, coldKey, coldKey + COLD_BATCH, 0, COLD_VALUE_BYTES);
            coldKey = (coldKey + COLD_BATCH) % MOST_COLD_KEYS;
        } catch (StoreClosedException e) {
            Thread.yield(); // the round is about to end
        }
    }

    private void compact() {
        try {
            store.compact();
        } catch (StoreClosedException e) {
            Thread.yield(); // the round is about to end
        }
    }

    private void reopen(End end) {
        if (end == End.AT_REST) {
            return;
        }
        compactions += store.stats().compactions();
        store = source.reopen(end);
        rebuilds += store.stats().recovery().clean() ? 0 : 1;
    }

    /** Returns the figures in words. */
    @Override
    public String toString() {
        return "%,d operations on %d keys in %d rounds, %d compactions, %d rebuilds"
                .formatted(checked, HOT_KEYS, rounds, compactions(), rebuilds);
    }

    long compactions() {
        return compactions + store.stats().compactions();
    }

    int rebuilds() {
        return rebuilds;
    }
}
