package dev.kvstore.internal.engine;

import dev.kvstore.BackupReport;
import dev.kvstore.CompactionReport;
import dev.kvstore.StoreListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The listeners of a store, none of which can harm it. */
final class StoreListeners {

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    private final List<StoreListener> listeners = new CopyOnWriteArrayList<>();

    void add(StoreListener listener) {
        listeners.add(listener);
    }

    BiConsumer<@Nullable CompactionReport, @Nullable Throwable> compactionStarted() {
        return started(StoreListener::compactionStarted);
    }

    BiConsumer<@Nullable BackupReport, @Nullable Throwable> backupStarted(Path target) {
        return started(listener -> listener.backupStarted(target));
    }

    private <R> BiConsumer<@Nullable R, @Nullable Throwable> started(
            Function<StoreListener, BiConsumer<@Nullable R, @Nullable Throwable>> start) {
        List<BiConsumer<@Nullable R, @Nullable Throwable>> endings = new ArrayList<>();
        for (StoreListener listener : listeners) {
            protect(() -> endings.add(start.apply(listener)));
        }
        return (report, failure) -> {
            for (BiConsumer<@Nullable R, @Nullable Throwable> ending : endings) {
                protect(() -> ending.accept(report, failure));
            }
        };
    }

    private static void protect(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.WARNING, "A listener of the store failed.", e);
        }
    }
}
