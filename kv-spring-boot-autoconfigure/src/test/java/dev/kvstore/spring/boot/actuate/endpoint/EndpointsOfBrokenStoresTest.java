package dev.kvstore.spring.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreState;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One store that does not work does not hide the others. */
class EndpointsOfBrokenStoresTest {

    private static final CompactionReport REPORT =
            new CompactionReport(Instant.EPOCH, Duration.ofSeconds(2), 1, 2, 3, 4, 5, 6);

    private final KeyValueStore sound = mock(KeyValueStore.class);
    private final KeyValueStore closed = mock(KeyValueStore.class);

    private final CompactEndpoint endpoint =
            new CompactEndpoint(Map.of("sound", sound, "closed", closed));
    private final CompactEndpointWebExtension extension =
            new CompactEndpointWebExtension(endpoint, () -> "/actuator/compact");

    EndpointsOfBrokenStoresTest() {
        StoreClosedException failure = new StoreClosedException("Closed for good.");
        when(sound.compact()).thenReturn(REPORT);
        when(sound.compactionStatus()).thenReturn(new CompactionStatus(false, null, REPORT, null));
        when(closed.stats()).thenThrow(failure);
        when(closed.compact()).thenThrow(failure);
        when(closed.compact(any())).thenThrow(failure);
        when(closed.compactionStatus()).thenThrow(failure);
    }

    @Test
    void closedStoreIsShownAsClosed() {
        var store = new KeyValueStoreEndpoint(Map.of("closed", closed)).store("closed");
        assertThat(store.state()).isEqualTo(StoreState.CLOSED);
        assertThat(store.failure()).isEqualTo("Closed for good.");
        assertThat(store.stats()).isNull();
    }

    @Test
    void allStoresAreCompactedAndFailureShows() {
        var response = extension.compactAll();
        assertThat(response.getStatus()).isEqualTo(500);
        var stores = response.getBody().stores();
        assertThat(stores.get("sound").report()).isEqualTo(REPORT);
        assertThat(stores.get("sound").failure()).isNull();
        assertThat(stores.get("closed").report()).isNull();
        assertThat(stores.get("closed").failure()).isEqualTo("Closed for good.");
    }

    @Test
    void statusIsThatOfTheStoreAskedFor() {
        assertThat(extension.compact("sound").getStatus()).isEqualTo(200);
        assertThat(extension.compact("closed").getStatus()).isEqualTo(500);
        assertThat(extension.compact("unknown").getStatus()).isEqualTo(404);
    }

    @Test
    void compactionOfClosedStoreIsShownAsFailed() {
        var stores = endpoint.compactions().stores();
        assertThat(stores.get("sound").lastReport()).isEqualTo(REPORT);
        assertThat(stores.get("closed").lastFailure()).isEqualTo("Closed for good.");
    }
}
