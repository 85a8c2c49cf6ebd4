package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.Durability;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class StoreNamesTest {

    private final StandardEnvironment environment = new StandardEnvironment();

    StoreNamesTest() {
        MutablePropertySources sources = environment.getPropertySources();
        sources.forEach(source -> sources.remove(source.getName()));
    }

    @Test
    void namesAreThoseThatSpringBootBinds() {
        file("kv.stores.orders.data-path", "kv.stores.orders.compaction.interval");
        file("kv.stores[web.sessions].data-path", "kv.stores.userCarts.data-path", "kv.data-path");
        variables("KV_STORES_AUDIT_DATAPATH");
        assertThat(StoreNames.of(environment))
                .containsExactlyInAnyOrder("orders", "web.sessions", "userCarts", "audit")
                .containsExactlyInAnyOrderElementsOf(bound().keySet());
    }

    @Test
    void underscoreNeedsNoBrackets() {
        file("kv.stores.web_sessions.data-path");
        assertThat(StoreNames.of(environment)).containsExactly("web_sessions");
        assertThat(bound()).containsOnlyKeys("web_sessions");
    }

    @Test
    void thereNeedBeNone() {
        file("kv.data-path", "kv.storesx.a", "other.stores.a");
        assertThat(StoreNames.of(environment)).isEmpty();
    }

    // Spring Boot binds two entries here, both with the values of both sources.
    @ParameterizedTest
    @CsvSource({"userSessions", "user-sessions", "User-Sessions", "user_sessions"})
    void variableThatCanSpellNameOneWayOnlyNamesTheSameStore(String name) {
        variables("KV_STORES_USERSESSIONS_DURABILITY");
        file("kv.stores." + name + ".data-path");
        assertThat(bound()).containsOnlyKeys("usersessions", name);
        assertThat(bound().get(name)).isEqualTo(bound().get("usersessions"));
        assertThat(StoreNames.of(environment)).containsExactly(name);
    }

    // It reads as a property of "user" too, but of none that there is.
    @Test
    void variableThatSpellsDashAsUnderscoreMakesNoOtherStore() {
        variables("KV_STORES_USER_SESSIONS_DURABILITY");
        file("kv.stores.user-sessions.data-path");
        assertThat(bound().get("user-sessions").durability()).isEqualTo(Durability.OS);
        assertThat(StoreNames.of(environment)).containsExactly("user-sessions");
    }

    @ParameterizedTest
    @CsvSource({
        "KV_STORES_ORDERS_DATAPATH",
        "KV_STORES_ORDERS_DATA_PATH",
        "KV_STORES_ORDERS_COMPACTION_RATE_LIMIT",
    })
    void variableAloneMakesStore(String variable) {
        variables(variable);
        assertThat(StoreNames.of(environment)).containsExactly("orders");
    }

    @Test
    void everyPropertyOfStoreIsKnown() {
        assertThat(KeyValueStoreProperties.Store.class.getRecordComponents())
                .extracting(component -> component.getName().toLowerCase(Locale.ROOT))
                .containsExactlyElementsOf(StoreNames.PROPERTIES);
    }

    @Test
    void storeWithTwoSpellingsIsRefused() {
        file("kv.stores.userSessions.data-path", "kv.stores.user-sessions.data-path");
        assertThatExceptionOfType(FailureAnalyzedException.class)
                .isThrownBy(() -> StoreNames.of(environment))
                .withMessageContaining("'user-sessions' and 'userSessions'");
    }

    @Test
    void originOfBadNameIsShown() {
        environment
                .getPropertySources()
                .addFirst(
                        new OriginTrackedMapPropertySource(
                                "file",
                                Map.of(
                                        "kv.stores[a/b].data-path",
                                        OriginTrackedValue.of(
                                                "x",
                                                new Origin() {
                                                    @Override
                                                    public String toString() {
                                                        return "application.yml - 4:20";
                                                    }
                                                }))));
        assertThatExceptionOfType(FailureAnalyzedException.class)
                .isThrownBy(() -> StoreNames.of(environment))
                .withMessageContaining("'kv.stores[a/b].data-path' (from application.yml - 4:20)");
    }

    @ParameterizedTest
    @CsvSource({
        "orders, kv.stores.orders",
        "userSessions, kv.stores.userSessions",
        "user-sessions, kv.stores.user-sessions",
        "web.sessions, kv.stores[web.sessions]",
        "web_sessions, kv.stores.web_sessions",
    })
    void propertiesAreNamedAsTheyAreWritten(String name, String prefix) {
        assertThat(StoreNames.prefixOf(name)).isEqualTo(prefix);
    }

    private void file(String... names) {
        Map<String, Object> properties = new TreeMap<>();
        for (String name : names) {
            properties.put(name, name.endsWith("interval") ? "1s" : "data");
        }
        environment.getPropertySources().addLast(new MapPropertySource(names[0], properties));
    }

    private void variables(String... names) {
        Map<String, Object> properties = new TreeMap<>();
        for (String name : names) {
            properties.put(name, name.endsWith("DURABILITY") ? "os" : "data");
        }
        environment
                .getPropertySources()
                .addFirst(
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                properties));
    }

    private Map<String, KeyValueStoreProperties.Store> bound() {
        return Binder.get(environment)
                .bindOrCreate("kv", KeyValueStoreProperties.class)
                .getStores();
    }
}
