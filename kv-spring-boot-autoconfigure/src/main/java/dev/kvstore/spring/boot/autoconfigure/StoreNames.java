package dev.kvstore.spring.boot.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;

/**
 * The names of the stores under {@code kv.stores}. A directory may be made of one, on any file
 * system, so there is little that a name may consist of, and no two differ in case only.
 */
final class StoreNames {

    private static final ConfigurationPropertyName STORES =
            ConfigurationPropertyName.of("kv.stores");

    private static final Pattern VALID =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?");

    private static final Pattern WITHOUT_BRACKETS = Pattern.compile("[A-Za-z0-9-]+");

    private static final Set<String> TAKEN =
            Set.of(KeyValueStoreFactory.DEFAULT_STORE, KeyValueStoreFactory.ALL_STORES);

    private StoreNames() {}

    /**
     * Finds the names. It reads no values, as these need not be there yet when an application is
     * processed ahead of time.
     */
    static Collection<String> of(Environment environment) {
        Map<String, ConfigurationProperty> properties = new LinkedHashMap<>();
        ConfigurationPropertySources.get(environment)
                .forEach(
                        source -> {
                            if (source instanceof IterableConfigurationPropertySource iterable) {
                                collect(iterable, properties);
                            }
                        });
        properties.forEach(StoreNames::validate);
        return withoutSpellings(properties.keySet());
    }

    /** What the names of the store's properties start with. */
    static String prefixOf(String name) {
        return WITHOUT_BRACKETS.matcher(name).matches()
                ? STORES + "." + name
                : STORES + "[" + name + "]";
    }

    private static void collect(
            IterableConfigurationPropertySource source,
            Map<String, ConfigurationProperty> properties) {
        int position = STORES.getNumberOfElements();
        source.stream()
                .filter(STORES::isAncestorOf)
                .forEach(
                        name ->
                                properties.computeIfAbsent(
                                        name.getElement(position, Form.ORIGINAL),
                                        key -> source.getConfigurationProperty(name)));
    }

    private static void validate(String name, ConfigurationProperty property) {
        String reason;
        if (!VALID.matcher(name).matches()) {
            reason =
                    "is not valid: it may have up to 64 letters, digits, '-', '_' and '.', and"
                            + " begins and ends with a letter or digit";
        } else if (TAKEN.contains(name)) {
            reason = "is taken by a bean that is there anyway";
        } else {
            return;
        }
        String origin = property.getOrigin() == null ? "" : " (from " + property.getOrigin() + ")";
        throw new FailureAnalyzedException(
                "The name '%s' of a key-value store, in the property '%s'%s, %s."
                        .formatted(name, property.getName(), origin, reason),
                "Give the store another name. Under 'kv.stores', what is not a letter, a digit or"
                        + " '-' has to be in brackets, as in 'kv.stores[web.sessions].data-path'.");
    }

    /**
     * Leaves one name of those that mean one property to Spring Boot. An environment variable can
     * spell a name only one way, {@code userSessions} and {@code user-sessions} as {@code
     * usersessions}, and sets a property of the store that another source spells properly.
     */
    private static Collection<String> withoutSpellings(Set<String> names) {
        Map<String, List<String>> spellings =
                names.stream()
                        .collect(
                                Collectors.groupingBy(
                                        name -> name.replace("-", "").toLowerCase(Locale.ROOT),
                                        TreeMap::new,
                                        Collectors.toList()));
        return spellings.entrySet().stream().map(StoreNames::choose).toList();
    }

    private static String choose(Map.Entry<String, List<String>> entry) {
        List<String> spellings = entry.getValue();
        List<String> proper =
                spellings.stream().filter(name -> !name.equals(entry.getKey())).toList();
        if (proper.size() > 1) {
            throw new FailureAnalyzedException(
                    "The names '%s' of key-value stores under 'kv.stores' differ only in case or '-'."
                            .formatted(String.join("' and '", proper)),
                    "Spell the name of one store the same everywhere, and give two stores names"
                            + " that differ in more.");
        }
        return proper.isEmpty() ? spellings.get(0) : proper.get(0);
    }
}
