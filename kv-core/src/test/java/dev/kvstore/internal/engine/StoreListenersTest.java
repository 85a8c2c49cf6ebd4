package dev.kvstore.internal.engine;

import static dev.kvstore.testing.TestData.fill;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.BackupReport;
import dev.kvstore.CompactionReport;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreListener;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreListenersTest {

    @TempDir private Path directory;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private KeyValueStore store;

    @BeforeEach
    void open() {
        store = KeyValueStore.open(directory.resolve("store"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void compactionIsToldWhenItBeginsAndBeforeItsCallerGoesOn() {
        store.addListener(new Recorder());
        fill(store, 0, 100, 1, 100);

        CompactionReport report = store.compact();

        assertThat(heard).containsExactly("compaction", report + " null");
    }

    @Test
    void backupIsToldOnTheThreadOfTheCaller() {
        Thread caller = Thread.currentThread();
        store.addListener(new Recorder());
        store.addListener(
                new StoreListener() {
                    @Override
                    public BiConsumer<@Nullable BackupReport, @Nullable Throwable> backupStarted(
                            Path target) {
                        assertThat(Thread.currentThread()).isSameAs(caller);
                        return (report, failure) -> heard.add("second");
                    }
                });
        Path target = directory.resolve("backup");

        BackupReport report = store.backup(target);

        assertThat(heard)
                .containsExactly(
                        "backup to " + target.toAbsolutePath(), report + " null", "second");
    }

    @Test
    void failureIsTold() {
        store.addListener(new Recorder());

        assertThatExceptionOfType(KeyValueStoreException.class)
                .isThrownBy(() -> store.backup(directory.resolve("store").resolve("within")))
                .satisfies(failure -> assertThat(heard).last().isEqualTo("null " + failure));
    }

    @Test
    void listenersThatFailHarmNothing() {
        store.addListener(
                new StoreListener() {
                    @Override
                    public BiConsumer<@Nullable CompactionReport, @Nullable Throwable>
                            compactionStarted() {
                        throw new IllegalStateException("at the beginning");
                    }
                });
        store.addListener(
                new StoreListener() {
                    @Override
                    public BiConsumer<@Nullable CompactionReport, @Nullable Throwable>
                            compactionStarted() {
                        return (report, failure) -> {
                            throw new IllegalStateException("at the end");
                        };
                    }
                });
        store.addListener(new Recorder());

        store.compact();
        store.compact();

        assertThat(heard).hasSize(4);
    }

    private final class Recorder implements StoreListener {

        @Override
        public BiConsumer<@Nullable CompactionReport, @Nullable Throwable> compactionStarted() {
            heard.add("compaction");
            return (report, failure) -> heard.add(report + " " + failure);
        }

        @Override
        public BiConsumer<@Nullable BackupReport, @Nullable Throwable> backupStarted(Path target) {
            heard.add("backup to " + target);
            return (report, failure) -> heard.add(report + " " + failure);
        }
    }
}
