package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpoint;
import dev.kvstore.spring.boot.actuate.endpoint.CompactEndpointWebExtension;
import dev.kvstore.spring.boot.actuate.endpoint.KeyValueStoreEndpoint;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Auto-configuration of the {@link KeyValueStoreEndpoint} and the {@link CompactEndpoint}. */
@AutoConfiguration(after = KeyValueStoreAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(KeyValueStore.class)
public final class KeyValueStoreEndpointAutoConfiguration {

    KeyValueStoreEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    KeyValueStoreEndpoint keyValueStoreEndpoint(ConfigurableListableBeanFactory beanFactory) {
        return new KeyValueStoreEndpoint(
                SimpleAutowireCandidateResolver.resolveAutowireCandidates(
                        beanFactory, KeyValueStore.class));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    CompactEndpoint compactEndpoint(ConfigurableListableBeanFactory beanFactory) {
        return new CompactEndpoint(
                SimpleAutowireCandidateResolver.resolveAutowireCandidates(
                        beanFactory, KeyValueStore.class));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(CompactEndpoint.class)
    @ConditionalOnAvailableEndpoint
    CompactEndpointWebExtension compactEndpointWebExtension(
            CompactEndpoint compactEndpoint,
            ObjectProvider<PathMappedEndpoints> endpoints,
            Environment environment) {
        // Not now: to know the paths, Spring Boot has to make all endpoints, of which this is one.
        return new CompactEndpointWebExtension(
                compactEndpoint,
                () ->
                        contextPath(environment)
                                + endpoints.getObject().getPath(EndpointId.of("compact")));
    }

    /** What comes before all paths that Spring Boot knows of. */
    private static String contextPath(Environment environment) {
        Stream<String> properties =
                ManagementPortType.get(environment) == ManagementPortType.DIFFERENT
                        ? Stream.of("management.server.base-path")
                        : Stream.of(
                                "server.servlet.context-path",
                                "spring.mvc.servlet.path",
                                "spring.webflux.base-path");
        return properties
                .map(property -> environment.getProperty(property, ""))
                .map(path -> StringUtils.trimTrailingCharacter(path, '/'))
                .collect(Collectors.joining());
    }
}
