package dev.kvstore.spring.boot.autoconfigure;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;

/**
 * Registers the stores under {@code kv.stores}, each as a bean of its name. They are fallbacks:
 * where no name is asked for, the default store is injected, or the application's own.
 */
final class NamedStoresRegistrar implements BeanRegistrar {

    NamedStoresRegistrar() {}

    @Override
    public void register(BeanRegistry registry, Environment environment) {
        StoreNames.of(environment).forEach(name -> register(registry, name));
    }

    private static void register(BeanRegistry registry, String name) {
        try {
            registry.registerBean(
                    name,
                    RestartableKeyValueStore.class,
                    spec ->
                            spec.fallback()
                                    .supplier(
                                            context ->
                                                    context.bean(KeyValueStoreFactory.class)
                                                            .namedStore(name)));
        } catch (BeanDefinitionOverrideException ex) {
            throw new FailureAnalyzedException(
                    "The key-value store '%s', configured under '%s', is to be a bean of this name,"
                                    .formatted(name, StoreNames.prefixOf(name))
                            + " and there is another one already: "
                            + ex.getExistingDefinition(),
                    "Give the store another name under 'kv.stores', or rename the other bean.",
                    ex);
        }
    }
}
