package dev.kvstore.spring.boot.actuate.endpoint;

import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint.CompactionResultDescriptor;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint.CompactionResultsDescriptor;
import java.util.Collection;
import java.util.List;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} of the {@link CompactEndpoint} that answers
 * with a fitting status: 404 for a store that does not exist, where a write operation would answer
 * 204, and 500 when a compaction failed.
 */
@EndpointWebExtension(endpoint = CompactEndpoint.class)
public class CompactEndpointWebExtension {

    private final CompactEndpoint delegate;

    /**
     * Makes an extension.
     *
     * @param delegate the endpoint to extend
     */
    public CompactEndpointWebExtension(CompactEndpoint delegate) {
        this.delegate = delegate;
    }

    /**
     * Compacts all stores.
     *
     * @return what was done, by store
     */
    @WriteOperation
    public WebEndpointResponse<CompactionResultsDescriptor> compactAll() {
        CompactionResultsDescriptor results = delegate.compactAll();
        return new WebEndpointResponse<>(results, status(results.stores().values()));
    }

    /**
     * Compacts one store.
     *
     * @param store the name of the store
     * @return what was done
     */
    @WriteOperation
    public WebEndpointResponse<CompactionResultDescriptor> compact(@Selector String store) {
        CompactionResultDescriptor result = delegate.compact(store);
        return result == null
                ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                : new WebEndpointResponse<>(result, status(List.of(result)));
    }

    private static int status(Collection<CompactionResultDescriptor> results) {
        return results.stream().allMatch(result -> result.failure() == null)
                ? WebEndpointResponse.STATUS_OK
                : WebEndpointResponse.STATUS_INTERNAL_SERVER_ERROR;
    }
}
