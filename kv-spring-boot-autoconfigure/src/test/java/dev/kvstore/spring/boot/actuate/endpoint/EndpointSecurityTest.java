package dev.kvstore.spring.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.kvstore.CompactionReport;
import dev.kvstore.CompactionStatus;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreState;
import dev.kvstore.StoreStats;
import dev.kvstore.spring.boot.Figures;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * The endpoints of an application with Spring Security: by its defaults, and as the README says.
 */
class EndpointSecurityTest {

    private abstract static class Clients {

        @LocalServerPort int port;

        RestTestClient anonymous() {
            return RestTestClient.bindToServer()
                    .baseUrl("http://localhost:%d/actuator".formatted(port))
                    .build();
        }

        RestTestClient user(String name) {
            return anonymous()
                    .mutate()
                    .defaultHeaders(headers -> headers.setBasicAuth(name, "secret"))
                    .build();
        }
    }

    @Nested
    @SpringBootTest(
            classes = Application.class,
            webEnvironment = WebEnvironment.RANDOM_PORT,
            properties = {
                "spring.autoconfigure.exclude=",
                "management.endpoints.web.exposure.include=health,kv,compact",
                "spring.security.user.name=admin",
                "spring.security.user.password=secret",
            })
    class ByDefault extends Clients {

        @Autowired KeyValueStore store;

        @Test
        void healthIsForEverybody() {
            anonymous().get().uri("/health").exchange().expectStatus().isOk();
        }

        @Test
        void figuresAreForUsers() {
            anonymous().get().uri("/kv").exchange().expectStatus().isUnauthorized();
            user("admin").get().uri("/kv").exchange().expectStatus().isOk();
        }

        @Test
        void anonymousMayNotCompact() {
            RestTestClient client = anonymous();
            client.get().uri("/compact").exchange().expectStatus().isUnauthorized();
            assertThat(statusOfPost(client, "/compact")).isIn(401, 403);
            assertThat(statusOfPost(client, "/compact/store")).isIn(401, 403);
            verify(store, never()).compact();
        }

        // The protection from requests that a browser is tricked into sending is on by default.
        @Test
        void userMayNotCompactWithoutCsrfToken() {
            user("admin").get().uri("/compact").exchange().expectStatus().isOk();
            assertThat(statusOfPost(user("admin"), "/compact")).isIn(401, 403);
            verify(store, never()).compact();
        }

        private static int statusOfPost(RestTestClient client, String path) {
            return client.post().uri(path).exchange().returnResult().getStatus().value();
        }
    }

    @Nested
    @SpringBootTest(
            classes = {Application.class, ActuatorSecurity.class},
            webEnvironment = WebEnvironment.RANDOM_PORT,
            properties = {
                "spring.autoconfigure.exclude=",
                "management.endpoints.web.exposure.include=health,kv,compact",
            })
    class AsDocumented extends Clients {

        @Test
        void healthIsForEverybody() {
            anonymous().get().uri("/health").exchange().expectStatus().isOk();
        }

        @Test
        void anonymousIsRefused() {
            RestTestClient client = anonymous();
            client.get().uri("/kv").exchange().expectStatus().isUnauthorized();
            client.post().uri("/compact").exchange().expectStatus().isUnauthorized();
            client.post().uri("/compact/store").exchange().expectStatus().isUnauthorized();
            client.post()
                    .uri("/compact")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body("{\"wait\":false}")
                    .exchange()
                    .expectStatus()
                    .isUnauthorized();
        }

        @Test
        void userWithoutTheRoleIsRefused() {
            user("somebody").get().uri("/kv").exchange().expectStatus().isForbidden();
            user("somebody").post().uri("/compact").exchange().expectStatus().isForbidden();
        }

        @Test
        void userWithTheRoleMayCompact() {
            user("admin").post().uri("/compact").exchange().expectStatus().isOk();
            user("admin")
                    .post()
                    .uri("/compact/store")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body("{\"wait\":false}")
                    .exchange()
                    .expectStatus()
                    .isAccepted()
                    .expectHeader()
                    .doesNotExist(HttpHeaders.SET_COOKIE);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        KeyValueStore store() {
            CompactionReport report =
                    new CompactionReport(Instant.EPOCH, Duration.ofSeconds(2), 1, 2, 3, 4, 5, 6);
            StoreStats stats = Figures.of(StoreState.OPEN, null);
            KeyValueStore store = mock(KeyValueStore.class);
            when(store.stats()).thenReturn(stats);
            when(store.compactionStatus())
                    .thenReturn(new CompactionStatus(false, null, report, null));
            when(store.compact()).thenReturn(report);
            return store;
        }
    }

    /** The one of the README, and the users that it leaves to the application. */
    @Configuration(proxyBeanMethods = false)
    static class ActuatorSecurity {

        @Bean
        SecurityFilterChain actuatorSecurity(HttpSecurity http) {
            return http.securityMatcher(EndpointRequest.toAnyEndpoint())
                    .authorizeHttpRequests(
                            requests ->
                                    requests.requestMatchers(EndpointRequest.to("health"))
                                            .permitAll()
                                            .anyRequest()
                                            .hasRole("ADMIN"))
                    .httpBasic(Customizer.withDefaults())
                    .sessionManagement(
                            session ->
                                    session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .csrf(AbstractHttpConfigurer::disable)
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("admin").password("{noop}secret").roles("ADMIN").build(),
                    User.withUsername("somebody").password("{noop}secret").roles("USER").build());
        }
    }
}
