package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KeyValueStore;
import dev.kvstore.model.ModelStores;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoreCallTest {

    @Test
    void thereIsACallOfEveryMethod() {
        Set<Method> called = new HashSet<>();
        KeyValueStore store = new ModelStores().open(Path.of("recorded"), StoreOptions.defaults());
        KeyValueStore recorder =
                (KeyValueStore)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {KeyValueStore.class},
                                (proxy, method, arguments) -> {
                                    called.add(method);
                                    return method.invoke(store, arguments);
                                });

        StoreCall.all().forEach(call -> call.on(recorder));

        assertThat(called).containsExactlyInAnyOrderElementsOf(methodsWithAnEffect());
    }

    private static Set<Method> methodsWithAnEffect() {
        Set<Method> methods = new HashSet<>(Arrays.asList(KeyValueStore.class.getMethods()));
        methods.removeIf(method -> Modifier.isStatic(method.getModifiers()));
        methods.removeIf(method -> method.getName().equals("close"));
        methods.removeIf(method -> method.getName().equals("typed")); // a view, which calls nothing
        return methods;
    }
}
