package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreListener;
import dev.kvstore.StoreStats;
import dev.kvstore.spring.boot.DelegatingKeyValueStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanNameAware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * A store that lives as its application context does. It opens when the bean is made, so that every
 * bean that gets it can use it at once. It closes when the context is stopped or paused, releasing
 * the files and the lock for whoever comes next, and opens again when the context starts again.
 * When the context is closed it stays open until all beans that use it have been destroyed.
 *
 * <p><b>Threads:</b> calls read one volatile field; changes of the lifecycle exclude each other.
 */
final class RestartableKeyValueStore extends DelegatingKeyValueStore
        implements SmartLifecycle,
                InitializingBean,
                DisposableBean,
                BeanNameAware,
                ApplicationContextAware {

    // Far below the web server's, the executors' and the default: starts first and stops last.
    private static final int PHASE = Integer.MIN_VALUE / 2;

    private static final Log logger = LogFactory.getLog(RestartableKeyValueStore.class);

    private final Supplier<KeyValueStore> opener;

    private final List<StoreListener> listeners = new CopyOnWriteArrayList<>();

    private String name = KeyValueStoreFactory.DEFAULT_STORE;

    /** What it is called in messages. */
    private String title = "key-value store";

    private @Nullable ApplicationContext context;

    private volatile @Nullable KeyValueStore store;

    private volatile @Nullable Path path;

    private volatile @Nullable Figures figures;

    private volatile boolean closed;

    /**
     * Makes a store that is not open yet.
     *
     * @param opener opens the store behind this one, each time anew
     */
    RestartableKeyValueStore(Supplier<KeyValueStore> opener) {
        this.opener = opener;
    }

    @Override
    protected KeyValueStore delegate() {
        KeyValueStore current = store;
        if (current == null) {
            throw new StoreClosedException(closedMessage());
        }
        return current;
    }

    @Override
    public StoreStats stats() {
        return figures().stats().get();
    }

    @Override
    public CompactionStatus compactionStatus() {
        return figures().compactionStatus().get();
    }

    private Figures figures() {
        Figures current = figures;
        if (current == null) {
            throw new StoreClosedException(closedMessage());
        }
        return current;
    }

    @Override
    public synchronized void addListener(StoreListener listener) {
        super.addListener(listener);
        listeners.add(listener);
    }

    @Override
    public void setBeanName(String name) {
        this.name = name;
        if (!name.equals(KeyValueStoreFactory.DEFAULT_STORE)) {
            title = "key-value store '" + name + "'";
        }
    }

    @Override
    public void setApplicationContext(ApplicationContext context) {
        this.context = context;
    }

    @Override
    public void afterPropertiesSet() {
        start();
    }

    @Override
    public synchronized void start() {
        if (store == null && !closed) {
            KeyValueStore opened = open();
            listeners.forEach(opened::addListener);
            StoreStats stats = opened.stats();
            path = stats.dataPath();
            figures = new Figures(opened::stats, opened::compactionStatus);
            store = opened;
            logger.info(OpeningSummary.of(title, stats));
        }
    }

    private KeyValueStore open() {
        Supplier<KeyValueStore> opening = opener;
        for (KeyValueStoreOpeningInterceptor interceptor : interceptors()) {
            Supplier<KeyValueStore> inner = opening;
            opening = () -> interceptor.open(name, inner);
        }
        return opening.get();
    }

    /** The last one is to be the first that is called. */
    private List<KeyValueStoreOpeningInterceptor> interceptors() {
        if (context == null) {
            return List.of();
        }
        List<KeyValueStoreOpeningInterceptor> interceptors =
                new ArrayList<>(
                        context.getBeanProvider(KeyValueStoreOpeningInterceptor.class)
                                .orderedStream()
                                .toList());
        Collections.reverse(interceptors);
        return interceptors;
    }

    @Override
    public synchronized void stop() {
        // A closing context stops its beans before it destroys any, and a bean may still want to
        // write in its destruction callback. In that case destroy() closes the store.
        if (!isContextClosing()) {
            release();
        }
    }

    @Override
    public boolean isRunning() {
        return store != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public void destroy() {
        close();
    }

    @Override
    public synchronized void close() {
        closed = true;
        release();
    }

    private void release() {
        KeyValueStore current = store;
        if (current != null) {
            store = null;
            try {
                current.close();
            } finally {
                StoreStats stats = current.stats();
                CompactionStatus status = current.compactionStatus();
                figures = new Figures(() -> stats, () -> status);
            }
            logger.info("Closed the " + title + " in " + path);
        }
    }

    private boolean isContextClosing() {
        return context instanceof ConfigurableApplicationContext configurable
                && configurable.isClosed();
    }

    /** What can still be told when the store is closed; then it holds the last answers only. */
    private record Figures(
            Supplier<StoreStats> stats, Supplier<CompactionStatus> compactionStatus) {}

    private String closedMessage() {
        String reason =
                closed
                        ? "The %s in %s has been closed."
                        : "The %s in %s is closed because its application context is"
                                + " stopped or paused. It opens again when the context starts.";
        return reason.formatted(title, path);
    }
}
