package dev.kvstore.spring.boot.actuate.endpoint;

import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint.CompactionResultDescriptor;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint.CompactionResultsDescriptor;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} of the {@link CompactEndpoint} that answers
 * with a fitting status: 404 for a store that does not exist, where a write operation would answer
 * 204, 500 when a compaction failed, and 202 when it was only started.
 *
 * <p>Each write operation is there twice: without a body, and with one in JSON that says whether to
 * wait. Spring Boot would insist on the body if there were only the latter.
 */
@EndpointWebExtension(endpoint = CompactEndpoint.class)
public class CompactEndpointWebExtension {

    private static final int STATUS_ACCEPTED = 202;

    private final CompactEndpoint delegate;

    private final Supplier<String> path;

    /**
     * Makes an extension.
     *
     * @param delegate the endpoint to extend
     * @param path the path of the endpoint, from the root of the server; asked for when needed
     */
    public CompactEndpointWebExtension(CompactEndpoint delegate, Supplier<String> path) {
        this.delegate = delegate;
        this.path = path;
    }

    /**
     * Compacts all stores and returns when that is done.
     *
     * @return what was done, by store
     */
    @WriteOperation
    public WebEndpointResponse<CompactionResultsDescriptor> compactAll() {
        return respond(delegate.compactAll());
    }

    /**
     * Compacts all stores.
     *
     * @param wait whether to return only when that is done, which is so by default
     * @return what was done, or where to look how it goes, by store
     */
    @WriteOperation
    public WebEndpointResponse<CompactionResultsDescriptor> compactAll(@Nullable Boolean wait) {
        return isOff(wait) ? respond(delegate.startAll(path.get())) : compactAll();
    }

    /**
     * Compacts one store and returns when that is done.
     *
     * @param store the name of the store
     * @return what was done
     */
    @WriteOperation
    public WebEndpointResponse<CompactionResultDescriptor> compact(@Selector String store) {
        return respond(delegate.compact(store));
    }

    /**
     * Compacts one store.
     *
     * @param store the name of the store
     * @param wait whether to return only when that is done, which is so by default
     * @return what was done, or where to look how it goes
     */
    @WriteOperation
    public WebEndpointResponse<CompactionResultDescriptor> compact(
            @Selector String store, @Nullable Boolean wait) {
        return isOff(wait) ? respond(delegate.start(store, path.get())) : compact(store);
    }

    private static boolean isOff(@Nullable Boolean wait) {
        return Boolean.FALSE.equals(wait);
    }

    private static WebEndpointResponse<CompactionResultsDescriptor> respond(
            CompactionResultsDescriptor results) {
        return new WebEndpointResponse<>(results, status(results.stores().values()));
    }

    private static WebEndpointResponse<CompactionResultDescriptor> respond(
            @Nullable CompactionResultDescriptor result) {
        return result == null
                ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                : new WebEndpointResponse<>(result, status(List.of(result)));
    }

    private static int status(Collection<CompactionResultDescriptor> results) {
        if (results.stream().anyMatch(result -> result.failure() != null)) {
            return WebEndpointResponse.STATUS_INTERNAL_SERVER_ERROR;
        }
        return results.stream().anyMatch(result -> result.status() != null)
                ? STATUS_ACCEPTED
                : WebEndpointResponse.STATUS_OK;
    }
}
