package dev.kvstore.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Uses the application over HTTP, stops it, and looks whether all is there when it is back. */
class RestartTest {

    private static final int IMPORTED = 20_000;

    @TempDir Path dataPath;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void everythingIsThereAfterARestartAndTheFillIsNotRepeated() throws Exception {
        List<Link> before;
        try (ConfigurableApplicationContext application = start()) {
            assertThat(everything(application)).hasSizeGreaterThan(4_000);
            String json = "{\"url\":\"https://example.org/\"}";
            request(application, "PUT", "/links/mine", "application/json", text(json), 201);
            request(application, "PUT", "/links/List", "application/json", text(json), 200);
            request(application, "GET", "/List", "", BodyPublishers.noBody(), 302);
            request(application, "GET", "/mine", "", BodyPublishers.noBody(), 302);
            request(application, "DELETE", "/links/String", "", BodyPublishers.noBody(), 204);
            importMany(application);
            request(application, "POST", "/actuator/compact", "", BodyPublishers.noBody(), 200);
            before = everything(application);
            assertThat(before).hasSizeGreaterThan(4_000 + IMPORTED);
        }
        try (ConfigurableApplicationContext application = start()) {
            assertThat(everything(application)).isEqualTo(before);
            request(application, "GET", "/String", "", BodyPublishers.noBody(), 404);
            request(application, "GET", "/mine", "", BodyPublishers.noBody(), 302);
        }
    }

    private ConfigurableApplicationContext start() {
        return SpringApplication.run(
                SampleApplication.class, "--server.port=0", "--kv.data-path=" + dataPath);
    }

    private static List<Link> everything(ConfigurableApplicationContext application) {
        return application.getBean(LinkRepository.class).list("", "", Integer.MAX_VALUE);
    }

    private void importMany(ConfigurableApplicationContext application) throws Exception {
        String csv =
                IntStream.range(0, IMPORTED)
                        .mapToObj(i -> "imported-" + i + ",https://example.org/" + i + "\n")
                        .collect(Collectors.joining());
        BodyPublisher chunked =
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(csv.getBytes(UTF_8)));
        String answer = request(application, "POST", "/links/import", "text/csv", chunked, 200);
        assertThat(answer)
                .isEqualTo("{\"taken\":%d,\"refused\":0,\"refusals\":[]}".formatted(IMPORTED));
    }

    private String request(
            ConfigurableApplicationContext application,
            String method,
            String path,
            String type,
            BodyPublisher body,
            int expectedStatus)
            throws IOException, InterruptedException {
        String port = application.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .method(method, body);
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(method + " " + path).isEqualTo(expectedStatus);
        return response.body();
    }

    private static BodyPublisher text(String body) {
        return BodyPublishers.ofString(body);
    }
}
