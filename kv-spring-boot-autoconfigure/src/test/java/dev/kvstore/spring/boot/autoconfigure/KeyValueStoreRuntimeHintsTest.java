package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.ExecutableHint;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.core.io.support.SpringFactoriesLoader;

class KeyValueStoreRuntimeHintsTest {

    private final RuntimeHints hints = new RuntimeHints();

    @Test
    void registrarIsFound() {
        assertThat(
                        SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                                .load(RuntimeHintsRegistrar.class))
                .hasAtLeastOneElementOfType(KeyValueStoreRuntimeHints.class);
    }

    // What is looked up here is there on JDK 22 and later, where the engine uses it.
    @Test
    void everyMethodThatTheEngineLooksUpIsThere() throws ReflectiveOperationException {
        new KeyValueStoreRuntimeHints().registerHints(hints, getClass().getClassLoader());
        assertThat(hintsOf(FileChannel.class.getName())).isEqualTo("map");
        if (Runtime.version().feature() < 22) {
            return;
        }
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        assertThat(hintsOf(arena.getName())).isEqualTo(arena.getMethod("ofShared").getName());
        assertThat(hintsOf(segment.getName()))
                .isEqualTo(segment.getMethod("asByteBuffer").getName());
    }

    private String hintsOf(String type) {
        return hints.reflection()
                .getTypeHint(TypeReference.of(type))
                .methods()
                .map(ExecutableHint::getName)
                .findFirst()
                .orElseThrow();
    }
}
