package dev.kvstore.spring.boot.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The names of the stores under {@code kv.stores}. A directory may be made of one, on any file
 * system, so there is little that a name may consist of, and no two differ in case only.
 *
 * <p>An environment variable can spell a name one way only, {@code userSessions} and {@code
 * user-sessions} as {@code usersessions}. To Spring Boot all three mean one property, so a variable
 * makes no store where another source spells the name of the store that it sets a property of.
 */
final class StoreNames {

    private static final ConfigurationPropertyName STORES =
            ConfigurationPropertyName.of("kv.stores");

    private static final Pattern VALID =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?");

    private static final Set<String> TAKEN =
            Set.of(KeyValueStoreFactory.DEFAULT_STORE, KeyValueStoreFactory.ALL_STORES);

    /** What the part of a variable after the name of a store may begin with. */
    static final List<String> PROPERTIES =
            List.of(
                    "datapath",
                    "indexpath",
                    "durability",
                    "forceinterval",
                    "segmentsize",
                    "maxkeysize",
                    "maxvaluesize",
                    "readonly",
                    "verifychecksums",
                    "freediskfloor",
                    "compaction");

    private StoreNames() {}

    /**
     * Finds the names. It reads no values, as these need not be there yet when an application is
     * processed ahead of time.
     */
    static Collection<String> of(Environment environment) {
        Map<String, ConfigurationProperty> spelled = new LinkedHashMap<>();
        Map<String, ConfigurationProperty> inVariables = new LinkedHashMap<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                boolean variables =
                        source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
                collect(iterable, variables, variables ? inVariables : spelled);
            }
        }
        Map<String, String> names = new LinkedHashMap<>();
        spelled.forEach(
                (name, property) -> {
                    validate(name, property);
                    refuseSecondSpelling(name, names.put(inVariable(name), name));
                });
        inVariables.forEach(
                (name, property) -> {
                    if (names.putIfAbsent(name, name) == null) {
                        validate(name, property);
                    }
                });
        return names.values();
    }

    /** What the names of the store's properties start with. */
    static String prefixOf(String name) {
        return name.contains(".") ? STORES + "[" + name + "]" : STORES + "." + name;
    }

    private static void collect(
            IterableConfigurationPropertySource source,
            boolean variables,
            Map<String, ConfigurationProperty> properties) {
        int position = STORES.getNumberOfElements();
        source.stream()
                .filter(name -> STORES.isAncestorOf(name) && !(variables && isNoProperty(name)))
                .forEach(
                        name ->
                                properties.computeIfAbsent(
                                        name.getElement(position, Form.ORIGINAL),
                                        key -> source.getConfigurationProperty(name)));
    }

    // KV_STORES_USER_SESSIONS_DURABILITY sets a property of the store "user-sessions", but reads as
    // one of a store "user" too.
    private static boolean isNoProperty(ConfigurationPropertyName name) {
        StringBuilder rest = new StringBuilder();
        for (int i = STORES.getNumberOfElements() + 1; i < name.getNumberOfElements(); i++) {
            rest.append(name.getElement(i, Form.UNIFORM));
        }
        return PROPERTIES.stream().noneMatch(rest.toString()::startsWith);
    }

    /** The name as an environment variable spells it. */
    private static String inVariable(String name) {
        return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
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
                "Give the store another name. Under 'kv.stores', one with a dot has to be in"
                        + " brackets, as in 'kv.stores[web.sessions].data-path'.");
    }

    private static void refuseSecondSpelling(String name, @Nullable String other) {
        if (other != null) {
            throw new FailureAnalyzedException(
                    "The names '%s' and '%s' of key-value stores under 'kv.stores' differ only in"
                                    .formatted(other, name)
                            + " case, '-' or '_'.",
                    "Spell the name of one store the same everywhere, and give two stores names"
                            + " that differ in more.");
        }
    }
}
