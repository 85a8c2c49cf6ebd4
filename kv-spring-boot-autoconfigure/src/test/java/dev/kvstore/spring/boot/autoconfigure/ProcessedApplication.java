package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.KeyValueStores;
import jakarta.annotation.PreDestroy;
import java.util.TreeSet;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The application that is processed ahead of time. Not within the test: Spring Boot does not find
 * what was generated for a nested class.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration(KeyValueStoreAutoConfiguration.class)
class ProcessedApplication {

    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(ProcessedApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(arguments).close();
    }

    @Bean
    User user(
            KeyValueStore store, @Qualifier("orders") KeyValueStore orders, KeyValueStores stores) {
        System.out.println("names " + new TreeSet<>(stores.names()));
        print("default", store);
        print("orders", orders);
        return new User(stores);
    }

    private static void print(String name, KeyValueStore store) {
        System.out.printf("%s %s %s%n", name, store.stats().dataPath(), store.stats().durability());
    }

    static class User {

        private final KeyValueStores stores;

        User(KeyValueStores stores) {
            this.stores = stores;
        }

        @PreDestroy
        void write() {
            stores.names().forEach(name -> stores.get(name).set("destroyed", "written"));
        }
    }
}
