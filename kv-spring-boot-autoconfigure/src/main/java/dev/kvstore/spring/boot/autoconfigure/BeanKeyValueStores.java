package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.KeyValueStores;
import dev.kvstore.spring.boot.NoSuchKeyValueStoreException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The stores among the beans. Only their names are looked up in advance, so that a store that an
 * application makes of another one may ask for that one here.
 */
final class BeanKeyValueStores implements KeyValueStores {

    private final ConfigurableListableBeanFactory beanFactory;

    private final Set<String> names;

    /**
     * Makes the view.
     *
     * @param beanFactory where the stores are
     * @param beanName the name of the bean that this becomes
     */
    BeanKeyValueStores(ConfigurableListableBeanFactory beanFactory, String beanName) {
        this.beanFactory = beanFactory;
        this.names = Collections.unmodifiableSet(findNames(beanFactory));
        // A bean that asks here for its store depends on it, so it is to be destroyed before it.
        names.forEach(name -> beanFactory.registerDependentBean(name, beanName));
    }

    private static Set<String> findNames(ConfigurableListableBeanFactory beanFactory) {
        Set<String> names = new LinkedHashSet<>();
        for (String name :
                BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                        beanFactory, KeyValueStore.class)) {
            if (isCandidate(beanFactory, name)) {
                names.add(name);
            }
        }
        return names;
    }

    // What is never injected, such as the target of a scoped proxy, is no store of its own.
    private static boolean isCandidate(ConfigurableListableBeanFactory beanFactory, String name) {
        return !beanFactory.containsBeanDefinition(name)
                || beanFactory.getMergedBeanDefinition(name).isAutowireCandidate();
    }

    @Override
    public KeyValueStore get(String name) {
        if (!names.contains(name)) {
            throw new NoSuchKeyValueStoreException(name, names);
        }
        return beanFactory.getBean(name, KeyValueStore.class);
    }

    @Override
    public Set<String> names() {
        return names;
    }
}
