package dev.kvstore.spring.boot.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreCorruptedException;
import dev.kvstore.StoreState;
import dev.kvstore.spring.boot.Figures;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class KeyValueStoreHealthIndicatorTest {

    private final KeyValueStore store = mock(KeyValueStore.class);

    private final KeyValueStoreHealthIndicator indicator = new KeyValueStoreHealthIndicator(store);

    @ParameterizedTest
    @CsvSource({
        "OPEN, UP",
        "READ_ONLY, UP",
        "FULL, OUT_OF_SERVICE",
        "FAILED, DOWN",
        "CLOSED, DOWN",
    })
    void statusFollowsState(StoreState state, String status) {
        given(state, null, new CompactionStatus(false, null, null, null));
        Health health = indicator.health();
        assertThat(health.getStatus().getCode()).isEqualTo(status);
        assertThat(health.getDetails()).containsEntry("state", state);
        assertThat(health.getDetails().containsKey("reason")).isEqualTo(state == StoreState.CLOSED);
    }

    @Test
    void detailsAreThoseOfTheStore() {
        given(StoreState.OPEN, null, new CompactionStatus(false, null, null, null));
        assertThat(indicator.health().getDetails())
                .containsEntry("path", "/data/kv")
                .containsEntry("durability", Durability.SYNC)
                .containsEntry("keys", 3L)
                .containsEntry("liveBytes", 300L)
                .containsEntry("diskBytes", 4096L)
                .containsEntry("freeDiskBytes", 1_000_000L)
                .containsEntry("freeDiskFloorBytes", 65_536L)
                .containsEntry("garbageRatio", 0.25)
                .containsEntry("segments", 2)
                .containsEntry(
                        "recovery",
                        Map.of(
                                "created",
                                false,
                                "clean",
                                false,
                                "duration",
                                "PT0.007S",
                                "cutBytes",
                                12L))
                .containsEntry("compaction", Map.of("running", false));
    }

    @Test
    void reasonOfFailureIsShown() {
        given(StoreState.FAILED, "force failed", new CompactionStatus(false, null, null, null));
        assertThat(indicator.health().getDetails()).containsEntry("reason", "force failed");
    }

    @Test
    void lastCompactionIsShown() {
        CompactionReport report =
                new CompactionReport(Instant.EPOCH, Duration.ofSeconds(2), 1, 2, 3, 4, 5, 6);
        given(StoreState.OPEN, null, new CompactionStatus(true, null, report, "no room"));
        assertThat(indicator.health().getDetails())
                .containsEntry(
                        "compaction",
                        Map.of(
                                "running", true,
                                "lastOutcome", "FAILED",
                                "lastStartedAt", "1970-01-01T00:00:00Z",
                                "lastDuration", "PT2S",
                                "lastBytesReclaimed", 4L,
                                "lastFailure", "no room"));
    }

    @Test
    void completedCompactionIsShownAsSuch() {
        CompactionReport report =
                new CompactionReport(Instant.EPOCH, Duration.ofSeconds(2), 1, 2, 3, 4, 5, 6);
        given(StoreState.OPEN, null, new CompactionStatus(false, null, report, null));
        assertThat(indicator.health().getDetails().get("compaction"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("lastOutcome", "COMPLETED")
                .containsEntry("lastStartedAt", "1970-01-01T00:00:00Z");
    }

    @Test
    void closedStoreIsDown() {
        when(store.stats()).thenThrow(new StoreClosedException("Closed for good."));
        Health health = indicator.health();
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("state", StoreState.CLOSED)
                .containsEntry("reason", "Closed for good.");
    }

    @Test
    void unexpectedFailureIsDown() {
        when(store.stats()).thenThrow(new StoreCorruptedException("Bad.", Path.of("x"), 1, null));
        Health health = indicator.health();
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails()).containsKey("error");
    }

    @Test
    void onlyFiguresAtHandAreAskedFor() {
        given(StoreState.OPEN, null, new CompactionStatus(false, null, null, null));
        indicator.health();
        verify(store).stats();
        verify(store).compactionStatus();
        verifyNoMoreInteractions(store);
    }

    private void given(StoreState state, @Nullable String failure, CompactionStatus compaction) {
        when(store.stats()).thenReturn(Figures.of(state, failure));
        when(store.compactionStatus()).thenReturn(compaction);
    }
}
