package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.KeyValueStores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.context.annotation.Configuration;

/**
 * A restart by DevTools: in one process the application is closed and started again, its classes
 * loaded anew. It happens in a JVM of its own, as DevTools stays out of one that runs tests.
 */
class DevToolsRestartTest {

    @TempDir Path directory;

    @Test
    void storesAreHandedFromOneClassLoaderToTheNext() throws IOException, InterruptedException {
        String output =
                JavaProcess.run(
                        List.of(),
                        List.of(),
                        Application.class,
                        "--kv.data-path=" + directory,
                        "--kv.stores.orders.segment-size=64KB");
        assertThat(output)
                .contains("run 0, loaded by RestartClassLoader, again false")
                .contains("run 1, loaded by RestartClassLoader, again true")
                .contains("run 2, loaded by RestartClassLoader, again true")
                .contains("Closed the key-value store in " + directory)
                .contains("Closed the key-value store 'orders' in ")
                .endsWith("exit code 0");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(KeyValueStoreAutoConfiguration.class)
    static class Application {

        /** Counts its runs in both stores, and restarts until there were three. */
        public static void main(String[] arguments) {
            SpringApplication application = new SpringApplication(Application.class);
            application.setWebApplicationType(WebApplicationType.NONE);
            KeyValueStores stores =
                    application.run(arguments).getBeanProvider(KeyValueStores.class).getObject();
            int run = count(stores.get("keyValueStore"));
            if (count(stores.get("orders")) != run) {
                throw new IllegalStateException("The stores disagree.");
            }
            ClassLoader loader = Application.class.getClassLoader();
            Object former = Restarter.getInstance().getOrAddAttribute("loader", () -> loader);
            System.out.printf(
                    "run %d, loaded by %s, again %s%n",
                    run, loader.getClass().getSimpleName(), former != loader);
            if (run < 2) {
                Restarter.getInstance().restart();
            } else {
                System.exit(0);
            }
        }

        private static int count(KeyValueStore store) {
            String runs = store.get("runs");
            int run = runs == null ? 0 : Integer.parseInt(runs);
            store.set("runs", Integer.toString(run + 1));
            return run;
        }
    }
}
