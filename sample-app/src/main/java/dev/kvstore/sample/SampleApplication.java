package dev.kvstore.sample;

import dev.kvstore.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Short links to the Javadoc, kept in a {@link KeyValueStore}. */
@SpringBootApplication
public class SampleApplication {

    private static final Logger log = LoggerFactory.getLogger(SampleApplication.class);

    public static void main(String[] args) {
        SpringApplication.run(SampleApplication.class, args);
    }

    /** Says, as the last line of the start, where to go and where the data is. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> readyLine(
            KeyValueStore store, Environment environment) {
        return event ->
                log.info(
                        "Ready: open http://localhost:{}/ ({} keys in {}; Ctrl+C stops)",
                        environment.getProperty("local.server.port"),
                        store.size(),
                        store.stats().dataPath());
    }
}
