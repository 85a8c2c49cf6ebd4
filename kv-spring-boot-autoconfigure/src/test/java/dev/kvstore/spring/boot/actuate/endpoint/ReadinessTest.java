package dev.kvstore.spring.boot.actuate.endpoint;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreState;
import dev.kvstore.spring.boot.Figures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.client.RestTestClient;

/** What a load balancer sees of an application with several stores, one of which has trouble. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoint.health.show-details=always",
            "management.endpoint.health.group.readiness.include=readinessState,kv",
        })
class ReadinessTest {

    @Autowired KeyValueStore orders;

    @LocalServerPort int port;

    private RestTestClient client;

    @BeforeEach
    void connect() {
        client =
                RestTestClient.bindToServer()
                        .baseUrl("http://localhost:%d/actuator/health".formatted(port))
                        .build();
    }

    @ParameterizedTest
    @CsvSource({
        "OPEN, 200, UP",
        "READ_ONLY, 200, UP",
        "FULL, 503, OUT_OF_SERVICE",
        "FAILED, 503, DOWN",
        "CLOSED, 503, DOWN",
    })
    void readinessFollowsTheWorstStore(StoreState state, int httpStatus, String status) {
        when(orders.stats()).thenReturn(Figures.of(state, null));
        client.get()
                .uri("/readiness")
                .exchange()
                .expectStatus()
                .isEqualTo(httpStatus)
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo(status)
                .jsonPath("$.components.kv.status")
                .isEqualTo(status)
                .jsonPath("$.components.kv.components.orders.status")
                .isEqualTo(status)
                .jsonPath("$.components.kv.components.orders.details.state")
                .isEqualTo(state.name())
                .jsonPath("$.components.kv.components.carts.status")
                .isEqualTo("UP");
    }

    @Test
    void livenessDoesNotDependOnStores() {
        when(orders.stats()).thenReturn(Figures.of(StoreState.FAILED, "force failed"));
        client.get()
                .uri("/liveness")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.components.kv")
                .doesNotExist();
    }

    @Test
    void oneStoreCanBeAskedFor() {
        when(orders.stats()).thenReturn(Figures.of(StoreState.FULL, "No space left."));
        client.get()
                .uri("/kv/orders")
                .exchange()
                .expectBody()
                .jsonPath("$.details.reason")
                .isEqualTo("No space left.");
        client.get().uri("/kv/carts").exchange().expectStatus().isOk();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        KeyValueStore orders() {
            return sound();
        }

        @Bean
        KeyValueStore carts() {
            return sound();
        }

        private static KeyValueStore sound() {
            KeyValueStore store = mock(KeyValueStore.class);
            when(store.stats()).thenReturn(Figures.of(StoreState.OPEN, null));
            when(store.compactionStatus())
                    .thenReturn(new CompactionStatus(false, null, null, null));
            return store;
        }
    }
}
