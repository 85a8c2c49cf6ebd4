package dev.kvstore.spring.boot.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.WriteBatch;
import io.micrometer.common.KeyValue;
import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueStoreObservationsTest {

    @TempDir private Path directory;

    private final TestObservationRegistry registry = TestObservationRegistry.create();

    private final KeyValueStoreObservations observations =
            new KeyValueStoreObservations(
                    registry, new DefaultKeyValueStoreObservationConvention());

    private KeyValueStore store;

    @BeforeEach
    void open() {
        store = observations.open("orders", this::openStore);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void openingIsObserved() {
        TestObservationRegistryAssert.assertThat(registry)
                .hasSingleObservationThat()
                .hasNameEqualTo("kv.open")
                .hasContextualNameEqualTo("kv open orders")
                .hasLowCardinalityKeyValue("name", "orders")
                .hasBeenStarted()
                .hasBeenStopped()
                .doesNotHaveError();
    }

    @Test
    void openingThatFailsIsObserved() {
        assertThatExceptionOfType(KeyValueStoreException.class)
                .isThrownBy(() -> observations.open("again", this::openStore))
                .satisfies(
                        failure ->
                                TestObservationRegistryAssert.assertThat(registry)
                                        .hasAnObservationWithAKeyValue("name", "again")
                                        .hasHandledContextsThatSatisfy(
                                                contexts ->
                                                        assertThat(contexts)
                                                                .extracting(
                                                                        Observation.Context
                                                                                ::getError)
                                                                .contains(failure)));
    }

    @Test
    void compactionIsObservedWithWhatItDid() {
        store.set("k", "v");

        store.compact();

        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("kv.compaction")
                .that()
                .hasContextualNameEqualTo("kv compact orders")
                .hasLowCardinalityKeyValue("name", "orders")
                .hasHighCardinalityKeyValueWithKey("kv.reclaimed.bytes")
                .hasHighCardinalityKeyValueWithKey("kv.relocated.bytes")
                .hasBeenStopped();
    }

    @Test
    void backupIsObservedWithinWhatTheCallerObserves() {
        Observation caller = Observation.start("caller", registry);
        try (Observation.Scope scope = caller.openScope()) {
            assertThat(scope.getCurrentObservation()).isSameAs(caller);
            store.backup(directory.resolve("backup"));
            assertThat(registry.getCurrentObservation()).isSameAs(caller);
        }
        caller.stop();

        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("kv.backup")
                .that()
                .hasParentObservationEqualTo(caller)
                .hasHighCardinalityKeyValueWithKey("kv.backup.bytes")
                .hasBeenStopped();
    }

    @Test
    void backupThatFailsIsObserved() {
        assertThatExceptionOfType(KeyValueStoreException.class)
                .isThrownBy(() -> store.backup(directory.resolve("store").resolve("within")));

        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("kv.backup")
                .that()
                .hasError()
                .hasBeenStopped();
        assertThat(registry.getCurrentObservation()).isNull();
    }

    @Test
    void operationsAreObservedWhereThatIsWantedAndKeysAreNotTold() {
        store.set("secret-key", "secret-value");
        assertThat(names()).doesNotContain("kv.operation");

        KeyValueStore instrumented = observations.instrument("orders", store);
        assertThat(instrumented.get("secret-key")).isEqualTo("secret-value");
        instrumented.contains("secret-key");
        instrumented.getAll(List.of("secret-key"));
        instrumented.set("secret-key", "secret-value");
        instrumented.set("secret-key", "secret-value", Duration.ofDays(1));
        instrumented.update("secret-key", "secret-value");
        instrumented.setIfAbsent("secret-key", "secret-value");
        instrumented.compareAndSet("secret-key", "secret-value", "secret-value");
        instrumented.write(new WriteBatch().set("secret-key", "secret-value"));
        instrumented.delete("secret-key");
        instrumented.sync();

        assertThat(names().filter("kv.operation"::equals)).hasSize(11);
        assertThat(keyValues())
                .extracting(KeyValue::getValue)
                .noneMatch(value -> value.contains("secret"));
        assertThat(keyValues())
                .filteredOn(keyValue -> keyValue.getKey().equals("operation"))
                .extracting(KeyValue::getValue)
                .containsOnly(
                        Arrays.stream(StoreOperation.values())
                                .map(StoreOperation::tag)
                                .toArray(String[]::new));
    }

    @Test
    void documentationNamesEveryTag() {
        store.compact();
        store.backup(directory.resolve("backup"));
        observations.instrument("orders", store).get("k");

        for (Observation.Context context : contexts()) {
            KeyValueStoreObservation kind =
                    ((KeyValueStoreObservationContext) context).getObserved();
            assertThat(context.getName()).isEqualTo(kind.getName());
            assertThat(context.getLowCardinalityKeyValues())
                    .extracting(KeyValue::getKey)
                    .containsExactlyInAnyOrder(names(kind.getLowCardinalityKeyNames()));
            assertThat(context.getHighCardinalityKeyValues())
                    .extracting(KeyValue::getKey)
                    .containsExactlyInAnyOrder(names(kind.getHighCardinalityKeyNames()));
        }
        assertThat(names()).contains("kv.open", "kv.compaction", "kv.backup", "kv.operation");
    }

    private static String[] names(KeyName[] names) {
        return Arrays.stream(names).map(KeyName::asString).toArray(String[]::new);
    }

    private Stream<String> names() {
        return contexts().stream().map(Observation.Context::getName);
    }

    private List<KeyValue> keyValues() {
        List<KeyValue> all = new ArrayList<>();
        contexts().forEach(context -> context.getAllKeyValues().forEach(all::add));
        return all;
    }

    private List<Observation.Context> contexts() {
        List<Observation.Context> contexts = new ArrayList<>();
        TestObservationRegistryAssert.assertThat(registry)
                .hasHandledContextsThatSatisfy(contexts::addAll);
        return contexts;
    }

    private KeyValueStore openStore() {
        return KeyValueStore.builder()
                .dataPath(directory.resolve("store"))
                .durability(Durability.OS)
                .open();
    }
}
