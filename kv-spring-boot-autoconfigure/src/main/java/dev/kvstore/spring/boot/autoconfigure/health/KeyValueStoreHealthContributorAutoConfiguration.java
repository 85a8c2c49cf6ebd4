package dev.kvstore.spring.boot.autoconfigure.health;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreAutoConfiguration;
import dev.kvstore.spring.boot.health.KeyValueStoreHealthIndicator;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the stores' health, as the component {@code kv}. */
@AutoConfiguration(after = KeyValueStoreAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(KeyValueStore.class)
@ConditionalOnEnabledHealthIndicator("kv")
public final class KeyValueStoreHealthContributorAutoConfiguration
        extends CompositeHealthContributorConfiguration<
                KeyValueStoreHealthIndicator, KeyValueStore> {

    KeyValueStoreHealthContributorAutoConfiguration() {
        super(KeyValueStoreHealthIndicator::new);
    }

    @Bean
    @ConditionalOnMissingBean(name = {"kvHealthIndicator", "kvHealthContributor"})
    HealthContributor kvHealthContributor(ConfigurableListableBeanFactory beanFactory) {
        return createContributor(beanFactory, KeyValueStore.class);
    }
}
