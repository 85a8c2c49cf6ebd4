package dev.kvstore.spring.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreReadOnlyException;
import dev.kvstore.StoreState;
import dev.kvstore.spring.boot.Figures;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint.CompactionResultDescriptor;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** A compaction that is started and not waited for. */
class CompactWithoutWaitingTest {

    private static final CompactionReport REPORT =
            new CompactionReport(Instant.EPOCH, Duration.ofSeconds(2), 1, 2, 3, 4, 5, 6);

    private final CountDownLatch held = new CountDownLatch(1);
    private final KeyValueStore store = store(StoreState.OPEN);
    private final Map<String, KeyValueStore> stores = new LinkedHashMap<>();
    private final CompactEndpoint endpoint;
    private final CompactEndpointWebExtension extension;

    CompactWithoutWaitingTest() {
        when(store.compact())
                .thenAnswer(
                        call -> {
                            held.await();
                            return REPORT;
                        });
        stores.put("carts", store);
        endpoint = new CompactEndpoint(stores);
        extension = new CompactEndpointWebExtension(endpoint, () -> "/actuator/compact");
    }

    @AfterEach
    void release() {
        held.countDown();
    }

    @Test
    void answerIsThereBeforeTheEndAndSaysWhereToLook() {
        WebEndpointResponse<CompactionResultDescriptor> response =
                extension.compact("carts", false);
        assertThat(response.getStatus()).isEqualTo(202);
        assertThat(response.getBody())
                .isEqualTo(new CompactionResultDescriptor(null, null, "/actuator/compact/carts"));
        assertThat(endpoint.compaction("carts").running()).isTrue();
        held.countDown();
        Awaitility.await().until(() -> !endpoint.compaction("carts").running());
    }

    @Test
    void secondOneJoinsTheFirst() {
        extension.compact("carts", false);
        assertThat(extension.compact("carts", false).getStatus()).isEqualTo(202);
        assertThat(extension.compactAll(false).getStatus()).isEqualTo(202);
        held.countDown();
        Awaitility.await().until(() -> !endpoint.compaction("carts").running());
        verify(store, times(1)).compact();
    }

    @Test
    void oneCanBeStartedAfterAnother() {
        extension.compact("carts", false);
        held.countDown();
        Awaitility.await().until(() -> !endpoint.compaction("carts").running());
        extension.compact("carts", false);
        Awaitility.await().until(() -> !endpoint.compaction("carts").running());
        verify(store, times(2)).compact();
    }

    @Test
    void failureEndsIt() {
        KeyValueStore failing = store(StoreState.OPEN);
        when(failing.compact()).thenThrow(new KeyValueStoreException("No room.", null));
        stores.put("failing", failing);
        CompactEndpoint endpoint = new CompactEndpoint(stores);
        assertThat(endpoint.start("failing", "").failure()).isNull();
        Awaitility.await().until(() -> !endpoint.compaction("failing").running());
    }

    @ParameterizedTest
    @EnumSource(names = {"READ_ONLY", "FAILED", "CLOSED"})
    void storeThatCannotBeCompactedIsToldAtOnce(StoreState state) {
        KeyValueStore other = store(state);
        when(other.compact()).thenThrow(new StoreReadOnlyException("Not now."));
        stores.put("other", other);
        CompactEndpointWebExtension extension =
                new CompactEndpointWebExtension(new CompactEndpoint(stores), () -> "/compact");
        assertThat(extension.compact("other", false).getStatus()).isEqualTo(500);
        var all = extension.compactAll(false);
        assertThat(all.getStatus()).isEqualTo(500);
        assertThat(all.getBody().stores().get("other").failure()).isEqualTo("Not now.");
        assertThat(all.getBody().stores().get("carts").status()).isEqualTo("/compact/carts");
    }

    @Test
    void unknownStoreIsNotFound() {
        assertThat(extension.compact("unknown", false).getStatus()).isEqualTo(404);
        verify(store, never()).compact();
    }

    @Test
    void waitingIsTheDefault() {
        held.countDown();
        assertThat(extension.compact("carts", null).getBody().report()).isEqualTo(REPORT);
        assertThat(extension.compact("carts", true).getBody().report()).isEqualTo(REPORT);
        assertThat(extension.compactAll(null).getStatus()).isEqualTo(200);
    }

    private static KeyValueStore store(StoreState state) {
        KeyValueStore store = mock(KeyValueStore.class);
        when(store.stats()).thenReturn(Figures.of(state, null));
        when(store.compactionStatus()).thenReturn(new CompactionStatus(false, null, null, null));
        return store;
    }
}
