package dev.kvstore.contract;

import static dev.kvstore.testing.TestData.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keys and values as bytes and as strings. */
interface Encodings extends StoreSuite {

    String UMLAUTS_AND_EMOJI = "schlüssel-\u0000-\uD83D\uDD11";

    @Test
    default void stringsAndBytesNameTheSameEntries() {
        KeyValueStore store = stores().open();
        byte[] key = bytes(UMLAUTS_AND_EMOJI);

        store.set(UMLAUTS_AND_EMOJI, "wört");
        assertThat(store.get(key)).isEqualTo(bytes("wört"));
        assertThat(store.contains(key)).isTrue();
        assertThat(store.update(key, bytes("zwei"))).isTrue();
        assertThat(store.get(UMLAUTS_AND_EMOJI)).isEqualTo("zwei");
        assertThat(store.contains(UMLAUTS_AND_EMOJI)).isTrue();
        assertThat(store.setIfAbsent(UMLAUTS_AND_EMOJI, "drei")).isFalse();
        assertThat(store.compareAndSet(UMLAUTS_AND_EMOJI, "zwei", "vier")).isTrue();
        assertThat(store.compareAndSet(key, bytes("vier"), bytes("fünf"))).isTrue();
        assertThat(store.getAll(List.of(UMLAUTS_AND_EMOJI)))
                .containsEntry(UMLAUTS_AND_EMOJI, "fünf");
        assertThat(store.delete(UMLAUTS_AND_EMOJI)).isTrue();
        assertThat(store.contains(key)).isFalse();
        assertThat(store.setIfAbsent(key, bytes("sechs"))).isTrue();
        store.set(UMLAUTS_AND_EMOJI, "sieben", Duration.ofDays(1));
        assertThat(store.get(key)).isEqualTo(bytes("sieben"));
    }

    @Test
    default void entriesCanBeReadAsStrings() {
        KeyValueStore store = stores().open();
        store.set(UMLAUTS_AND_EMOJI, "wört");

        try (Stream<Entry> scan = store.scan("schlü")) {
            Entry entry = scan.findFirst().orElseThrow();
            assertThat(entry.keyString()).isEqualTo(UMLAUTS_AND_EMOJI);
            assertThat(entry.valueString()).isEqualTo("wört");
        }
    }

    @Test
    default void bytesThatAreNotUtf8AreKeptAndReadWithReplacements() {
        KeyValueStore store = stores().open();
        byte[] malformed = {'a', (byte) 0xFF, 'b'};

        store.set(bytes("k"), malformed);
        store.set(malformed, bytes("v"));

        assertThat(store.get("k")).isEqualTo("a\uFFFDb");
        assertThat(store.get(bytes("k"))).isEqualTo(malformed);
        assertThat(store.get(malformed)).isEqualTo(bytes("v"));
        assertThat(store.get("a\uFFFDb")).isNull();
    }

    @Test
    default void keysThatDifferInOneByteAreDifferent() {
        KeyValueStore store = stores().open();
        for (int b = 0; b < 256; b++) {
            store.set(new byte[] {(byte) b}, new byte[] {1, (byte) b});
            store.set(new byte[] {0, (byte) b}, new byte[] {2, (byte) b});
        }

        assertThat(store.size()).isEqualTo(512);
        for (int b = 0; b < 256; b++) {
            assertThat(store.get(new byte[] {(byte) b})).containsExactly(1, b);
            assertThat(store.get(new byte[] {0, (byte) b})).containsExactly(2, b);
        }
    }

    @Test
    default void keysWithTheSameJavaHashCodeAreDifferent() {
        KeyValueStore store = stores().open();
        store.set("AaAa", "1");
        store.set("BBBB", "2");
        store.set("AaBB", "3");

        assertThat(store.get("AaAa")).isEqualTo("1");
        assertThat(store.get("BBBB")).isEqualTo("2");
        assertThat(store.get("AaBB")).isEqualTo("3");
        assertThat(store.get("BBAa")).isNull();
    }

    @Test
    default void halfASurrogatePairIsRefused() {
        KeyValueStore store = stores().open();
        String broken = "a\uD83D";
        List<Consumer<KeyValueStore>> calls =
                List.of(
                        s -> s.set(broken, "v"),
                        s -> s.set("k", broken),
                        s -> s.set(broken, "v", Duration.ofDays(1)),
                        s -> s.set("k", "\uDD11\uD83D", Duration.ofDays(1)),
                        s -> s.get(broken),
                        s -> s.contains(broken),
                        s -> s.delete(broken),
                        s -> s.update(broken, "v"),
                        s -> s.setIfAbsent("k", broken),
                        s -> s.compareAndSet("k", broken, "v"),
                        s -> s.getAll(List.of("k", broken)),
                        s -> s.scan(broken).close());

        for (Consumer<KeyValueStore> call : calls) {
            assertThatIllegalArgumentException().isThrownBy(() -> call.accept(store));
        }
        assertThat(store.size()).isZero();
    }
}
