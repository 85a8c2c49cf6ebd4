package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web request that is still running when the application is told to end. */
class GracefulShutdownTest {

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lastRequestMayWrite(boolean virtualThreads) throws Exception {
        ConfigurableApplicationContext context =
                new SpringApplicationBuilder(Application.class)
                        .run(
                                "--server.port=0",
                                "--kv.data-path=" + directory,
                                "--kv.stores.orders.segment-size=64KB",
                                "--spring.threads.virtual.enabled=" + virtualThreads);
        Slow slow = context.getBean(Slow.class);
        CompletableFuture<HttpResponse<String>> response = put(context);
        slow.begun.await();
        context.close();
        assertThat(response.get().statusCode()).isEqualTo(200);
        assertThat(response.get().body()).isEqualTo("written while ending");
        assertThat(read(directory)).isEqualTo("written");
        assertThat(read(directory.resolve("stores/orders"))).isEqualTo("written");
    }

    private static CompletableFuture<HttpResponse<String>> put(
            ConfigurableApplicationContext context) {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/slow"))
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build();
        return HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString());
    }

    private static String read(Path path) {
        try (KeyValueStore store = KeyValueStore.open(path)) {
            return store.get("key");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Slow slow(ConfigurableApplicationContext context, KeyValueStore store) {
            return new Slow(context, store, context.getBean("orders", KeyValueStore.class));
        }

        @Bean
        ShutdownBegins shutdownBegins(Slow slow) {
            return new ShutdownBegins(slow);
        }
    }

    /** A request that ends when the application is ending, and not before. */
    @RestController
    static class Slow {

        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch ending = new CountDownLatch(1);

        private final ConfigurableApplicationContext context;
        private final KeyValueStore store;
        private final KeyValueStore orders;

        Slow(ConfigurableApplicationContext context, KeyValueStore store, KeyValueStore orders) {
            this.context = context;
            this.store = store;
            this.orders = orders;
        }

        @PutMapping("/slow")
        String write() throws InterruptedException {
            begun.countDown();
            ending.await();
            store.set("key", "written");
            orders.set("key", "written");
            return "written while " + (context.isClosed() ? "ending" : "running");
        }
    }

    /** Stops just before the web server, which then waits for its requests. */
    static class ShutdownBegins implements SmartLifecycle {

        private final Slow slow;
        private volatile boolean running;

        ShutdownBegins(Slow slow) {
            this.slow = slow;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            slow.ending.countDown();
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}
