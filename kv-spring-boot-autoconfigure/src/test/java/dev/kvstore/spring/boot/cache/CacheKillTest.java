package dev.kvstore.spring.boot.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.crash.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Kills an application that has cached answers, and asks the next one. */
@Tag("crash")
class CacheKillTest {

    @TempDir Path directory;

    @Test
    void whatWasCachedBeforeTheKillIsThereAfterIt() throws Exception {
        String[] properties = CacheVictim.properties(directory);
        long killed = runUntilAllIsCachedAndKill();

        try (ConfigurableApplicationContext next = CacheVictim.start(properties)) {
            CacheVictim.Answers answers = next.getBean(CacheVictim.Answers.class);
            for (int question = 0; question < CacheVictim.QUESTIONS; question++) {
                assertThat(answers.answer(question, "en"))
                        .isEqualTo(new CacheVictim.Answer(question, "…en", killed));
            }
            assertThat(answers.computed()).isZero();
            assertThat(answers.answer(0, "de").process()).isNotEqualTo(killed);
        }
    }

    private long runUntilAllIsCachedAndKill() throws IOException, InterruptedException {
        List<String> command =
                JavaProcess.command(
                        System.getProperty("java.class.path"),
                        CacheVictim.class,
                        List.of(CacheVictim.properties(directory)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            awaitLine(output, CacheVictim.COMPUTED + CacheVictim.QUESTIONS);
            process.destroyForcibly();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return process.pid();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitLine(BufferedReader output, String wanted) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith(CacheVictim.COMPUTED)) {
                assertThat(line).isEqualTo(wanted);
                return;
            }
        }
        throw new AssertionError("The process ended by itself: " + said);
    }
}
