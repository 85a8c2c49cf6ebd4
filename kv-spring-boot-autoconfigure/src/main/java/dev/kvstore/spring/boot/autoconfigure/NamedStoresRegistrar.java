package dev.kvstore.spring.boot.autoconfigure;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.core.env.Environment;

/**
 * Registers the stores under {@code kv.stores}, each as a bean of its name. They are fallbacks:
 * where no name is asked for, the default store is injected, or the application's own.
 */
final class NamedStoresRegistrar implements BeanRegistrar {

    NamedStoresRegistrar() {}

    @Override
    public void register(BeanRegistry registry, Environment environment) {
        for (String name : StoreNames.of(environment)) {
            registry.registerBean(
                    name,
                    RestartableKeyValueStore.class,
                    spec ->
                            spec.description("Key-value store of " + StoreNames.prefixOf(name))
                                    .fallback()
                                    .supplier(
                                            context ->
                                                    context.bean(KeyValueStoreFactory.class)
                                                            .namedStore(name)));
        }
    }
}
