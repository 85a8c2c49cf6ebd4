package dev.kvstore.spring.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.CompactionReport;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreStats;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;

/** The endpoints of an application with the default store, as curl sees them. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.health.show-details=always",
        })
@DirtiesContext // or its store would outlive the directory
class EndpointsOverHttpTest {

    @TempDir static Path directory;

    @Autowired KeyValueStore store;

    @LocalServerPort int port;

    private RestTestClient client;

    @DynamicPropertySource
    static void dataPath(DynamicPropertyRegistry registry) {
        registry.add("kv.data-path", directory::toString);
    }

    @BeforeEach
    void connect() {
        client =
                RestTestClient.bindToServer()
                        .baseUrl("http://localhost:%d/actuator".formatted(port))
                        .build();
        store.set("key", "value");
    }

    @Test
    void kvShowsFiguresOfAllStores() {
        client.get()
                .uri("/kv")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.stores.keyValueStore.state")
                .isEqualTo("OPEN")
                .jsonPath("$.stores.keyValueStore.failure")
                .doesNotExist()
                .jsonPath("$.stores.keyValueStore.stats.dataPath")
                .isEqualTo(directory.toString())
                .jsonPath("$.stores.keyValueStore.stats.durability")
                .isEqualTo("SYNC")
                .jsonPath("$.stores.keyValueStore.stats.keys")
                .isEqualTo(1)
                .jsonPath("$.stores.keyValueStore.stats.recovery.created")
                .isEqualTo(true)
                .jsonPath("$.stores.keyValueStore.stats.recovery.duration")
                .value(String.class, duration -> assertThat(duration).startsWith("PT"));
    }

    @Test
    void kvShowsEveryFigureOfStats() {
        Set<String> expected =
                Stream.of(StoreStats.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .filter(name -> !name.equals("state") && !name.equals("failure"))
                        .collect(Collectors.toCollection(TreeSet::new));
        expected.add("garbageRatio");
        assertThat(get("/actuator/kv").at("/stores/keyValueStore/stats").propertyNames())
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void kvShowsFiguresOfOneStore() {
        client.get()
                .uri("/kv/keyValueStore")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.stats.keys")
                .isEqualTo(1);
    }

    @Test
    void kvOfUnknownStoreIsNotFound() {
        client.get().uri("/kv/nothing").exchange().expectStatus().isNotFound();
    }

    @Test
    void compactAnswersWithReports() {
        client.post()
                .uri("/compact")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.stores.keyValueStore.failure")
                .doesNotExist()
                .jsonPath("$.stores.keyValueStore.report.startedAt")
                .isNotEmpty()
                .jsonPath("$.stores.keyValueStore.report.duration")
                .isNotEmpty()
                .jsonPath("$.stores.keyValueStore.report.bytesReclaimed")
                .isNumber()
                .jsonPath("$.stores.keyValueStore.report.diskBytesAfter")
                .isNumber();
    }

    @Test
    void compactAcceptsBody() {
        client.post()
                .uri("/compact")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{}")
                .exchange()
                .expectStatus()
                .isOk();
    }

    @Test
    void compactOfOneStoreAnswersWithReport() {
        client.post()
                .uri("/compact/keyValueStore")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.report.segmentsCompacted")
                .isNumber();
    }

    @Test
    void compactionNeedNotBeWaitedFor() {
        String path =
                client.post()
                        .uri("/compact")
                        .contentType(MediaType.APPLICATION_JSON)
                        .body("{\"wait\":false}")
                        .exchange()
                        .expectStatus()
                        .isAccepted()
                        .expectBody(JsonNode.class)
                        .returnResult()
                        .getResponseBody()
                        .at("/stores/keyValueStore/status")
                        .asString();
        assertThat(path).isEqualTo("/actuator/compact/keyValueStore");
        await().until(() -> !get(path).get("running").asBoolean());
        assertThat(get(path).at("/lastReport/startedAt").asString()).isNotEmpty();
    }

    @Test
    void compactionOfOneStoreNeedNotBeWaitedFor() {
        client.post()
                .uri("/compact/keyValueStore")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"wait\":false}")
                .exchange()
                .expectStatus()
                .isAccepted()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("/actuator/compact/keyValueStore")
                .jsonPath("$.report")
                .doesNotExist();
        client.post()
                .uri("/compact/keyValueStore")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"wait\":true}")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.report.startedAt")
                .isNotEmpty();
    }

    @Test
    void badWaitIsRefused() {
        client.post()
                .uri("/compact")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"wait\":\"perhaps\"}")
                .exchange()
                .expectStatus()
                .isBadRequest();
    }

    @Test
    void runningCompactionShowsItsProgressAndIsJoined() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        store.set("key", "value"); // garbage, so that there is progress to report
        CompletableFuture<CompactionReport> first =
                CompletableFuture.supplyAsync(
                        () ->
                                store.compact(
                                        progress -> {
                                            running.countDown();
                                            awaitUninterruptibly(held);
                                        }));
        CompletableFuture<HttpStatusCode> second;
        try {
            running.await();
            client.get()
                    .uri("/compact/keyValueStore")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.running")
                    .isEqualTo(true)
                    .jsonPath("$.progress.segmentsPlanned")
                    .isNumber();
            second = CompletableFuture.supplyAsync(this::postCompact);
            assertThat(postCompactWithoutWaiting()).isEqualTo(HttpStatus.ACCEPTED);
            assertThat(second).isNotDone();
        } finally {
            held.countDown();
        }
        assertThat(first.get().segmentsCompacted()).isPositive();
        assertThat(second.get()).isEqualTo(HttpStatus.OK);
        await().until(() -> !get("/actuator/compact/keyValueStore").get("running").asBoolean());
    }

    private HttpStatusCode postCompact() {
        return client.post().uri("/compact/keyValueStore").exchange().returnResult().getStatus();
    }

    private HttpStatusCode postCompactWithoutWaiting() {
        return client.post()
                .uri("/compact")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"wait\":false}")
                .exchange()
                .returnResult()
                .getStatus();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private JsonNode get(String path) {
        return RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .build()
                .get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody();
    }

    @Test
    void compactOfUnknownStoreIsNotFound() {
        client.post().uri("/compact/nothing").exchange().expectStatus().isNotFound();
        client.get().uri("/compact/nothing").exchange().expectStatus().isNotFound();
        client.post()
                .uri("/compact/nothing")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"wait\":false}")
                .exchange()
                .expectStatus()
                .isNotFound();
    }

    @Test
    void compactShowsLastReport() {
        store.compact();
        client.get()
                .uri("/compact")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.stores.keyValueStore.running")
                .isEqualTo(false)
                .jsonPath("$.stores.keyValueStore.progress")
                .doesNotExist()
                .jsonPath("$.stores.keyValueStore.lastReport.startedAt")
                .isNotEmpty();
        client.get()
                .uri("/compact/keyValueStore")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.lastReport.startedAt")
                .isNotEmpty();
    }

    @Test
    void healthShowsTheStore() {
        client.get()
                .uri("/health/kv")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("UP")
                .jsonPath("$.details.state")
                .isEqualTo("OPEN")
                .jsonPath("$.details.keys")
                .isEqualTo(1)
                .jsonPath("$.details.freeDiskFloorBytes")
                .isEqualTo(64 << 20);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
