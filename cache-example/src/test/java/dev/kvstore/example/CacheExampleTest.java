package dev.kvstore.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Asks the application, kills it, and asks the next one, as the README does. */
class CacheExampleTest {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void whatWasComputedBeforeTheKillIsThereAfterIt() throws Exception {
        String before = askAndKill();
        assertThat(before).startsWith("{\"number\":1000,\"prime\":7919,\"process\":");

        try (ConfigurableApplicationContext next =
                SpringApplication.run(CacheExampleApplication.class, properties())) {
            String port = next.getEnvironment().getProperty("local.server.port");
            assertThat(get(port, "/primes/1000").body()).isEqualTo(before);
            assertThat(get(port, "/primes/1").body())
                    .contains("\"prime\":2", "\"process\":" + ProcessHandle.current().pid());
            assertThat(get(port, "/primes/0").statusCode()).isEqualTo(400);
        }
    }

    private String askAndKill() throws IOException, InterruptedException {
        String[] properties = properties();
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1", // it is over before C2 has helped
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CacheExampleApplication.class.getName(),
                                properties[0],
                                properties[1])
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String answer = get(awaitPort(output), "/primes/1000").body();
            process.destroyForcibly();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return answer;
        } finally {
            process.destroyForcibly();
        }
    }

    private String[] properties() {
        return new String[] {"--kv.data-path=" + directory, "--server.port=0"};
    }

    private static String awaitPort(BufferedReader output) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return started.group(1);
            }
        }
        throw new AssertionError("The application ended by itself: " + said);
    }

    private HttpResponse<String> get(String port, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + port + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
