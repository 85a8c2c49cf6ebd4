package dev.kvstore.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreClosedException;
import dev.kvstore.internal.engine.StoreOpener;
import dev.kvstore.internal.engine.StoreRepair;
import dev.kvstore.simulation.World.Options;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Cuts the power at every call while a backup or a repair is written: what is left is no store, or
 * all of one; and once the call has returned, no cut takes any of it.
 */
class CopiesTest {

    private static final Path TARGET = Path.of("/copy");
    private static final int STEPS = 40;

    private final MutableClock clock = new MutableClock();
    private final SimulatedStorage target = new SimulatedStorage();
    private final List<PowerCut> cuts = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aBackupIsWholeOrNoStore(Durability durability) {
        Random random = new Random(Seed.announce("Backups, " + durability));
        Options options = new Options(durability, World.SEGMENT_SIZE_BYTES, random.nextBoolean());
        World world = filled(options, random);
        NavigableMap<String, String> contents = World.contents(world.store());
        world.storage().copyTo(target);
        target.observe(moment -> cuts.add(target.cut(moment)));

        world.store().backup(TARGET);

        check(options, contents, random);
        assertThat(World.contents(world.store())).isEqualTo(contents);
        world.close();
        world.storage().free();
    }

    @Test
    void aRepairIsWholeOrNoStore() throws IOException {
        Random random = new Random(Seed.announce("Repairs"));
        Options options = new Options(Durability.OS, World.SEGMENT_SIZE_BYTES, false);
        World world = filled(options, random);
        NavigableMap<String, String> contents = World.contents(world.store());
        world.close();
        world.storage().copyTo(target);
        target.observe(moment -> cuts.add(target.cut(moment)));

        StoreRepair.repair(world.storage(), TARGET);

        check(options, contents, random);
        world.storage().free();
    }

    /** It may have much to copy still, and who closes waits for it. */
    @Test
    void aBackupEndsWhenTheStoreIsClosed() throws IOException {
        Random random = new Random(Seed.announce("Backups of stores that are closed"));
        World world = filled(new Options(Durability.OS, World.SEGMENT_SIZE_BYTES, false), random);
        world.storage().copyTo(target);
        Workers workers = new Workers();
        AtomicInteger moments = new AtomicInteger();
        target.observe(
                moment -> {
                    if (moments.incrementAndGet() == 10) {
                        workers.start(world.store()::close);
                        // It waits for the backup, and has said before that it is closing.
                        await().until(CopiesTest::isCloseWaiting);
                    }
                });

        assertThatExceptionOfType(StoreClosedException.class)
                .isThrownBy(() -> world.store().backup(TARGET));

        workers.finish();
        assertThat(moments).hasValueGreaterThan(10);
        assertThat(target.list()).isEmpty();
        target.free();
        world.storage().free();
    }

    private static boolean isCloseWaiting() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(
                        thread ->
                                thread.getName().equals("kv-close")
                                        && thread.getState() == Thread.State.WAITING);
    }

    private World filled(Options options, Random random) {
        History history = new History(new TreeMap<>());
        World world = new World(new SimulatedStorage(), options, clock, history);
        world.open();
        for (int i = 0; i < STEPS; i++) {
            world.step(History.random(random, i, 6000));
        }
        return world;
    }

    private void check(Options options, NavigableMap<String, String> contents, Random random) {
        target.observe(moment -> {});
        int stores = 0;
        for (PowerCut cut : cuts) {
            for (Loss loss : AfterTheCut.losses(random, 2)) {
                try {
                    stores += isWhole(cut.after(loss), options, contents) ? 1 : 0;
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(cut + "\nIt left the disk thus: " + loss, e);
                }
            }
        }
        assertThat(stores).isBetween(1, cuts.size() * 8 - 1);
        PowerCut afterwards = target.cut("afterwards");
        for (Loss loss : AfterTheCut.losses(random, 5)) {
            assertThat(isWhole(afterwards.after(loss), options, contents)).isTrue();
        }
        target.free();
    }

    /** Returns false if there is no store: nothing in the directory, or what is refused. */
    private boolean isWhole(
            SimulatedStorage storage, Options options, NavigableMap<String, String> contents) {
        try (KeyValueStore store = StoreOpener.open(options.with(clock, true), storage)) {
            assertThat(World.contents(store)).isEqualTo(contents);
            assertThat(store.verify().problems()).isEmpty();
            return true;
        } catch (KeyValueStoreException e) {
            return false;
        } finally {
            storage.free();
        }
    }
}
