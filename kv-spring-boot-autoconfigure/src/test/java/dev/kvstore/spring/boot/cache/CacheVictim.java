package dev.kvstore.spring.boot.cache;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application that computes answers, says how often it had to, and then waits to be killed. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableCaching
class CacheVictim {

    static final String COMPUTED = "computed ";
    static final int QUESTIONS = 20;

    record Answer(int question, String text, long process) {}

    static class Answers {

        private final AtomicInteger computed = new AtomicInteger();

        @Cacheable("answers")
        public Answer answer(int question, String language) {
            computed.incrementAndGet();
            return new Answer(question, "…" + language, ProcessHandle.current().pid());
        }

        // A method, because what others get is a proxy, whose fields are not those of the bean.
        public int computed() {
            return computed.get();
        }
    }

    @Bean
    Answers answers() {
        return new Answers();
    }

    public static void main(String[] args) throws InterruptedException {
        ConfigurableApplicationContext context = start(args);
        Answers answers = context.getBean(Answers.class);
        for (int question = 0; question < QUESTIONS; question++) {
            answers.answer(question, "en");
        }
        System.out.println(COMPUTED + answers.computed());
        Thread.currentThread().join();
    }

    static ConfigurableApplicationContext start(String... properties) {
        return SpringApplication.run(CacheVictim.class, properties);
    }

    static String[] properties(Path dataPath) {
        return new String[] {
            "--kv.data-path=" + dataPath,
            "--kv.durability=os",
            "--kv.cache.enabled=true",
            "--kv.cache.time-to-live=1d",
            "--spring.main.web-application-type=none",
            "--spring.main.banner-mode=off"
        };
    }
}
