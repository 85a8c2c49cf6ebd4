package dev.kvstore.sample;

import dev.kvstore.KeyValueStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/** Fills a new store with a link for every public type of the JDK, once. */
@Component
class FirstFill implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(FirstFill.class);
    private static final String DONE = "first-fill";
    private static final int BATCH_SIZE = 500;

    private final KeyValueStore store;
    private final LinkRepository links;

    FirstFill(KeyValueStore store, LinkRepository links) {
        this.store = store;
        this.links = links;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        if (store.contains(DONE)) {
            return;
        }
        long start = System.nanoTime();
        Map<String, String> all = JavadocLinks.all();
        Map<String, String> batch = new LinkedHashMap<>();
        all.forEach(
                (name, url) -> {
                    batch.put(name, url);
                    if (batch.size() == BATCH_SIZE) {
                        links.saveAll(batch);
                        batch.clear();
                    }
                });
        links.saveAll(batch);
        // Last, so that a start that was killed half-way is made up for by the next.
        store.set(DONE, Instant.now().toString());
        log.info(
                "Filled the new store with {} links to the Javadoc of JDK {} in {} ms",
                all.size(),
                Runtime.version().feature(),
                (System.nanoTime() - start) / 1_000_000);
    }
}
