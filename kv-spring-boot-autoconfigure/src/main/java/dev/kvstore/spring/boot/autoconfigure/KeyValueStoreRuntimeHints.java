package dev.kvstore.spring.boot.autoconfigure;

import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/**
 * What the engine looks up by name, as it runs on JDKs without it too: arenas, by which a mapping
 * of a file is released at once. Properties and endpoints need nothing, as Spring Boot knows them.
 */
final class KeyValueStoreRuntimeHints implements RuntimeHintsRegistrar {

    private static final String ARENA = "java.lang.foreign.Arena";

    private static final String SEGMENT = "java.lang.foreign.MemorySegment";

    KeyValueStoreRuntimeHints() {}

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        ReflectionHints reflection = hints.reflection();
        register(reflection, classLoader, ARENA, "ofShared", List.of());
        register(reflection, classLoader, SEGMENT, "asByteBuffer", List.of());
        List<TypeReference> mapTypes =
                List.of(
                        TypeReference.of(MapMode.class),
                        TypeReference.of(long.class),
                        TypeReference.of(long.class),
                        TypeReference.of(ARENA));
        register(reflection, classLoader, FileChannel.class.getName(), "map", mapTypes);
    }

    private static void register(
            ReflectionHints hints,
            @Nullable ClassLoader classLoader,
            String type,
            String method,
            List<TypeReference> parameterTypes) {
        hints.registerTypeIfPresent(
                classLoader,
                type,
                hint -> hint.withMethod(method, parameterTypes, ExecutableMode.INVOKE));
    }
}
