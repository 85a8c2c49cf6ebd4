package dev.kvstore.spring.boot.actuate.endpoint;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Compactions that nobody waits for. Of each store there is one at most, since another would only
 * join it. Each has a thread that does nothing but wait, and ends when the store is closed.
 */
final class BackgroundCompactions {

    private static final Log logger = LogFactory.getLog(BackgroundCompactions.class);

    private final Set<String> running = ConcurrentHashMap.newKeySet();

    void start(String name, KeyValueStore store) {
        if (running.add(name)) {
            Thread thread = new Thread(() -> compact(name, store), "kv-compact-" + name);
            thread.setDaemon(true);
            thread.start();
        }
    }

    boolean isRunning(String name) {
        return running.contains(name);
    }

    private void compact(String name, KeyValueStore store) {
        try {
            store.compact();
        } catch (KeyValueStoreException ex) {
            logger.warn("Compaction of the store '" + name + "' failed: " + ex.getMessage());
        } finally {
            running.remove(name);
        }
    }
}
