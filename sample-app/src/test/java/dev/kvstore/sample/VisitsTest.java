package dev.kvstore.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VisitsTest {

    private static final int THREADS = 8;
    private static final int VISITS_EACH = 500;

    @TempDir Path dataPath;

    @Test
    void everyVisitCountsWhileUrlsChangeAndTheStoreCompacts() throws Exception {
        try (KeyValueStore store =
                KeyValueStore.builder().dataPath(dataPath).segmentSizeBytes(64 << 10).open()) {
            LinkRepository links = new LinkRepository(store);
            links.save("busy", "https://example.org/0");
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
            try {
                Future<?> changes =
                        threads.submit(
                                () -> {
                                    for (int i = 1; !done.get(); i++) {
                                        links.save("busy", "https://example.org/" + i);
                                        store.compact();
                                    }
                                });
                List<Future<?>> visitors = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    visitors.add(threads.submit(() -> visitOften(links)));
                }
                for (Future<?> visitor : visitors) {
                    visitor.get();
                }
                done.set(true);
                changes.get();
            } finally {
                threads.shutdownNow();
            }
            assertThat(links.find("busy").orElseThrow().visits()).isEqualTo(THREADS * VISITS_EACH);
        }
    }

    private static void visitOften(LinkRepository links) {
        for (int i = 0; i < VISITS_EACH; i++) {
            assertThat(links.visit("busy")).isPresent();
        }
    }
}
