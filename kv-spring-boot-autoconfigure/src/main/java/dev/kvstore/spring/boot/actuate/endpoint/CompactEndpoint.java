package dev.kvstore.spring.boot.actuate.endpoint;

import dev.kvstore.CompactionProgress;
import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that compacts the stores and shows how compaction goes.
 *
 * <p>No operation takes anything but the name of a store: any other parameter would make the web
 * endpoint insist on a JSON body, which its extension takes for those who do not want to wait. And
 * no two have one name, or they could not be exposed over JMX.
 */
@Endpoint(id = "compact")
public class CompactEndpoint {

    private final Map<String, KeyValueStore> stores;

    private final BackgroundCompactions background = new BackgroundCompactions();

    /**
     * Makes an endpoint.
     *
     * @param stores the stores by name
     */
    public CompactEndpoint(Map<String, KeyValueStore> stores) {
        this.stores = new LinkedHashMap<>(stores);
    }

    /**
     * Tells what compaction is doing in all stores.
     *
     * @return the state of compaction by store
     */
    @ReadOperation
    public CompactionsDescriptor compactions() {
        return new CompactionsDescriptor(ofAll(this::describe));
    }

    /**
     * Tells what compaction is doing in one store.
     *
     * @param store the name of the store
     * @return the state of compaction, or null if there is no store of that name
     */
    @ReadOperation
    public @Nullable CompactionDescriptor compaction(@Selector String store) {
        KeyValueStore found = stores.get(store);
        return found == null ? null : describe(store, found);
    }

    /**
     * Compacts all stores, one after the other, and returns when that is done. A compaction that is
     * running already is joined.
     *
     * @return what was done, by store
     */
    @WriteOperation
    public CompactionResultsDescriptor compactAll() {
        return new CompactionResultsDescriptor(ofAll((name, store) -> compact(store)));
    }

    /**
     * Compacts one store and returns when that is done. A compaction that is running already is
     * joined.
     *
     * @param store the name of the store
     * @return what was done, or null if there is no store of that name
     */
    @WriteOperation
    public @Nullable CompactionResultDescriptor compact(@Selector String store) {
        KeyValueStore found = stores.get(store);
        return found == null ? null : compact(found);
    }

    /**
     * Starts to compact all stores, and does not wait.
     *
     * @param path where to look for the outcome: the path of this endpoint
     * @return where to look, by store; of a store that cannot be compacted, why not
     */
    CompactionResultsDescriptor startAll(String path) {
        return new CompactionResultsDescriptor(ofAll((name, store) -> start(name, store, path)));
    }

    /**
     * Starts to compact a store, and does not wait.
     *
     * @param store the name of the store
     * @param path the path of this endpoint
     * @return where to look, or null if there is no store of that name
     */
    @Nullable CompactionResultDescriptor start(String store, String path) {
        KeyValueStore found = stores.get(store);
        return found == null ? null : start(store, found, path);
    }

    private CompactionResultDescriptor start(String name, KeyValueStore store, String path) {
        return switch (stateOf(store)) {
            case OPEN, FULL -> {
                background.start(name, store);
                yield new CompactionResultDescriptor(null, null, path + "/" + name);
            }
            case READ_ONLY, FAILED, CLOSED -> compact(store); // fails at once, and says why
        };
    }

    private static StoreState stateOf(KeyValueStore store) {
        try {
            return store.stats().state();
        } catch (StoreClosedException ex) {
            return StoreState.CLOSED;
        }
    }

    private <T> Map<String, T> ofAll(BiFunction<String, KeyValueStore, T> function) {
        Map<String, T> results = new LinkedHashMap<>();
        stores.forEach((name, store) -> results.put(name, function.apply(name, store)));
        return results;
    }

    private CompactionDescriptor describe(String name, KeyValueStore store) {
        try {
            CompactionStatus status = store.compactionStatus();
            return new CompactionDescriptor(
                    status.running() || background.isRunning(name),
                    status.progress(),
                    status.lastReport(),
                    status.lastFailure());
        } catch (StoreClosedException ex) {
            return new CompactionDescriptor(false, null, null, ex.getMessage());
        }
    }

    // One store that fails does not keep the others from being compacted.
    private static CompactionResultDescriptor compact(KeyValueStore store) {
        try {
            return new CompactionResultDescriptor(store.compact(), null, null);
        } catch (KeyValueStoreException ex) {
            return new CompactionResultDescriptor(null, ex.getMessage(), null);
        }
    }

    /**
     * Description of compaction in all stores.
     *
     * @param stores the state of compaction by store
     */
    public record CompactionsDescriptor(Map<String, CompactionDescriptor> stores)
            implements OperationResponseBody {}

    /**
     * Description of compaction in a store.
     *
     * @param running whether one is running
     * @param progress how far the running one is, or null if none is running
     * @param lastReport what the last one did, or null if there was none since opening
     * @param lastFailure why the last one failed, or null if it did not
     */
    public record CompactionDescriptor(
            boolean running,
            @Nullable CompactionProgress progress,
            @Nullable CompactionReport lastReport,
            @Nullable String lastFailure)
            implements OperationResponseBody {}

    /**
     * What compacting all stores did.
     *
     * @param stores what was done, by store
     */
    public record CompactionResultsDescriptor(Map<String, CompactionResultDescriptor> stores)
            implements OperationResponseBody {}

    /**
     * What compacting a store did.
     *
     * @param report what was done, or null if it failed or is not over
     * @param failure why it failed, or null if it did not
     * @param status where to look how it goes, a path to GET, or null if it is over
     */
    public record CompactionResultDescriptor(
            @Nullable CompactionReport report, @Nullable String failure, @Nullable String status)
            implements OperationResponseBody {}
}
