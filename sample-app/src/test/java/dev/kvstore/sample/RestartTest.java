package dev.kvstore.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

class RestartTest {

    @TempDir Path dataPath;

    @Test
    void everythingIsThereAfterARestartAndTheFillIsNotRepeated() {
        List<Link> before;
        try (ConfigurableApplicationContext context = start()) {
            LinkRepository links = context.getBean(LinkRepository.class);
            assertThat(links.list("", "", 10_000)).hasSizeGreaterThan(4_000);
            links.save("mine", "https://example.org/");
            links.save("List", "https://example.org/mine");
            links.visit("List");
            links.visit("mine");
            links.delete("String");
            before = links.list("", "", 10_000);
        }
        try (ConfigurableApplicationContext context = start()) {
            LinkRepository links = context.getBean(LinkRepository.class);
            assertThat(links.list("", "", 10_000)).isEqualTo(before);
            assertThat(links.find("String")).isEmpty();
        }
    }

    private ConfigurableApplicationContext start() {
        return SpringApplication.run(
                SampleApplication.class, "--server.port=0", "--kv.data-path=" + dataPath);
    }
}
