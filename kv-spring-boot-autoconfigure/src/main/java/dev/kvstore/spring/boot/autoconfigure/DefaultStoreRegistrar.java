package dev.kvstore.spring.boot.autoconfigure;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Registers the store that {@code kv.data-path} names. Without that property there is still such a
 * bean, which says what is missing, but not beside stores that have names.
 *
 * <p>This is no condition on a bean method, as that would be decided once and for all when an
 * application is processed ahead of time, and the path is often known where it runs only.
 */
final class DefaultStoreRegistrar implements BeanRegistrar {

    DefaultStoreRegistrar() {}

    @Override
    public void register(BeanRegistry registry, Environment environment) {
        if (hasDataPath(environment) || StoreNames.of(environment).isEmpty()) {
            registry.registerBean(
                    KeyValueStoreFactory.DEFAULT_STORE,
                    RestartableKeyValueStore.class,
                    spec ->
                            spec.supplier(
                                    context ->
                                            context.bean(KeyValueStoreFactory.class)
                                                    .defaultStore()));
        }
    }

    private static boolean hasDataPath(Environment environment) {
        String dataPath = Binder.get(environment).bind("kv.data-path", String.class).orElse(null);
        return StringUtils.hasText(dataPath);
    }
}
