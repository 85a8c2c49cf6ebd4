package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How a test gets a store: one at a time, in a fresh directory. Whatever the test did, the store is
 * checked afterwards: all ways to read it agree, it is sound, it closes, it is sound and holds the
 * same when it is opened again, and it leaves no thread behind.
 */
public final class StoreExtension implements BeforeEachCallback, AfterEachCallback {

    private static final String STORE_THREADS = "kv-";
    private static final String FIRST_NAME = "store";

    private final StoreFactory factory;
    private StoreOptions options = StoreOptions.defaults();
    private @Nullable Path root;
    private String name = FIRST_NAME;
    private @Nullable KeyValueStore store;
    private int copies;

    public StoreExtension(StoreFactory factory) {
        this.factory = factory;
    }

    /** Opens the store with default options. */
    public KeyValueStore open() {
        return open(StoreOptions.defaults());
    }

    /** Opens the store, closing it first if it is open. */
    public KeyValueStore open(StoreOptions options) {
        close();
        this.options = options;
        store = factory.open(directory(), options);
        return store;
    }

    /** Closes the store and opens it again with the options it had. */
    public KeyValueStore reopen() {
        return open(options);
    }

    /**
     * Opens what is on the disk now, as if the process had been killed at this moment. For stores
     * with files, while nobody writes.
     */
    public KeyValueStore reopenAsIfKilled() {
        String copy = "copy-" + copies++;
        StoreFiles.copyAtRest(directory(), root().resolve(copy));
        close();
        StoreFiles.delete(directory());
        name = copy;
        return open(options);
    }

    /** Returns a path beside the store. */
    public Path beside(String otherName) {
        return root().resolve(otherName);
    }

    /** Closes the store and opens the one of another name beside it. */
    public KeyValueStore openBeside(String otherName) {
        close();
        name = otherName;
        return open(options.withReadOnly(false));
    }

    /** Closes the store if it is open. */
    public void close() {
        if (store != null) {
            store.close();
            store = null;
        }
    }

    /** Returns where the store is. */
    public Path directory() {
        return root().resolve(name);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        root = Files.createTempDirectory("store-test-");
        name = FIRST_NAME;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            if (context.getExecutionException().isEmpty()) {
                check();
            }
        } finally {
            close();
            StoreFiles.delete(root());
        }
        assertNoThreadsRemain();
    }

    private void check() {
        KeyValueStore open = store;
        if (open == null) {
            return;
        }
        StoreContents before = contentsIfOpen(open);
        if (before != null) {
            assertSound(open);
        }
        open.close();
        KeyValueStore reopened = reopen();
        assertSound(reopened);
        StoreContents after = StoreContents.of(reopened);
        if (before != null) {
            after.assertSameAs(before);
        }
    }

    /** Fails if a store that can be used is not sound. */
    public static void assertSound(KeyValueStore store) {
        assertThat(store.verify().problems()).as("problems").isEmpty();
    }

    private static @Nullable StoreContents contentsIfOpen(KeyValueStore store) {
        try {
            store.size();
        } catch (StoreClosedException closedByTheTest) {
            return null;
        }
        return StoreContents.of(store);
    }

    private static void assertNoThreadsRemain() {
        await().atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(storeThreads()).as("threads left").isEmpty());
    }

    private static List<String> storeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(STORE_THREADS))
                .toList();
    }

    private Path root() {
        if (root == null) {
            throw new IllegalStateException("There is a directory only while a test runs.");
        }
        return root;
    }
}
