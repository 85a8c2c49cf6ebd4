package dev.kvstore.example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.annotation.EnableCaching;

/** Starts the example. */
@SpringBootApplication
@EnableCaching
public class CacheExampleApplication {

    /**
     * Starts the example.
     *
     * @param args properties, as Spring Boot takes them
     */
    public static void main(String[] args) {
        SpringApplication.run(CacheExampleApplication.class, args);
    }
}
