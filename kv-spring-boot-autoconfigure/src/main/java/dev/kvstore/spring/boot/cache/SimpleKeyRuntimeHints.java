package dev.kvstore.spring.boot.cache;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** {@link RuntimeHintsRegistrar} for the one field that is read by reflection. */
public final class SimpleKeyRuntimeHints implements RuntimeHintsRegistrar {

    /** Makes a registrar. */
    public SimpleKeyRuntimeHints() {}

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.reflection().registerField(CacheKeyFormat.PARAMETERS);
    }
}
