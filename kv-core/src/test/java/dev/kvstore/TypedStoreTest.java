package dev.kvstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.entry;

import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TypedStoreTest {

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    /** As JSON with a field more or less: reads two spellings of a value and writes one of them. */
    private static final Codec<String> IGNORES_CASE =
            new Codec<>() {
                @Override
                public byte[] encode(String text) {
                    return text.getBytes(UTF_8);
                }

                @Override
                public String decode(byte[] bytes) {
                    return new String(bytes, UTF_8).toLowerCase(Locale.ROOT);
                }
            };

    @Test
    void operationsDoWhatThoseOfTheStoreDo() {
        TypedStore<Long, String> view = stores.open().typed(Codec.longs(), Codec.utf8());

        assertThat(view.get(1L)).isNull();
        assertThat(view.update(1L, "no")).isFalse();
        assertThat(view.contains(1L)).isFalse();
        view.set(1L, "one");
        assertThat(view.get(1L)).isEqualTo("one");
        assertThat(view.contains(1L)).isTrue();
        assertThat(view.setIfAbsent(1L, "no")).isFalse();
        assertThat(view.setIfAbsent(2L, "two")).isTrue();
        assertThat(view.update(1L, "uno")).isTrue();
        assertThat(view.compareAndSet(1L, "one", "no")).isFalse();
        assertThat(view.compareAndSet(1L, "uno", "eins")).isTrue();
        assertThat(view.getAll(List.of(2L, 3L, 1L)))
                .containsExactly(entry(2L, "two"), entry(1L, "eins"));
        assertThat(view.delete(2L)).isTrue();
        assertThat(view.delete(2L)).isFalse();
        assertThat(contents(view)).containsExactly(entry(1L, "eins"));
    }

    @Test
    void whatIsWrittenIsTheEncodedForm() {
        KeyValueStore store = stores.open();
        UUID key = UUID.fromString("123e4567-e89b-12d3-a456-426614174000");

        store.typed(Codec.uuids(), Codec.longs()).set(key, 258L);

        assertThat(store.get(Codec.uuids().encode(key))).containsExactly(0, 0, 0, 0, 0, 0, 1, 2);
    }

    @Test
    void timeToLiveIsPassedOn() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores.open(StoreOptions.defaults().withClock(clock));
        TypedStore<String, String> view = store.typed(Codec.utf8(), Codec.utf8());
        view.set("key", "value", Duration.ofSeconds(1));

        clock.advance(Duration.ofMillis(999));
        assertThat(view.get("key")).isEqualTo("value");
        clock.advance(Duration.ofMillis(1));
        assertThat(view.get("key")).isNull();
    }

    @Test
    void viewsWithPrefixesShareStoreWithoutSeeingEachOther() {
        KeyValueStore store = stores.open();
        TypedStore<String, Long> carts = store.typed("cart:", Codec.utf8(), Codec.longs());
        TypedStore<Long, String> names = store.typed("name:", Codec.longs(), Codec.utf8());
        store.set("other", "text");
        carts.set("a", 1L);
        carts.set("", 2L);
        names.set(1L, "one");

        assertThat(contents(carts)).containsOnly(entry("a", 1L), entry("", 2L));
        assertThat(contents(names)).containsOnly(entry(1L, "one"));
        assertThat(carts.getAll(List.of("", "a"))).containsExactly(entry("", 2L), entry("a", 1L));
        assertThat(store.contains("cart:a")).isTrue();
        assertThat(carts.delete("a")).isTrue();
        assertThat(store.size()).isEqualTo(3);
    }

    @Test
    void scanFindsKeysByTheirFirstBytes() {
        TypedStore<Long, String> view = stores.open().typed("n:", Codec.longs(), Codec.utf8());
        view.set(0x0101L, "a");
        view.set(0x0102L, "b");
        view.set(0x0201L, "c");

        try (Stream<Map.Entry<Long, String>> found = view.scan(new byte[] {0, 0, 0, 0, 0, 0, 1})) {
            assertThat(found).containsExactlyInAnyOrder(entry(0x0101L, "a"), entry(0x0102L, "b"));
        }
        try (Stream<Map.Entry<Long, String>> all = view.scan()) {
            assertThat(all).hasSize(3);
        }
    }

    @Test
    void valueThatCannotBeDecodedIsNamedAndStays() {
        KeyValueStore store = stores.open();
        store.set("cart:17", "seventeen");
        TypedStore<String, Long> view = store.typed("cart:", Codec.utf8(), Codec.longs());

        assertThatExceptionOfType(DecodingException.class)
                .isThrownBy(() -> view.get("17"))
                .withMessageContaining("value of the key 'cart:17'")
                .withMessageContaining("as long.")
                .withCauseInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.key()).isEqualTo("cart:17".getBytes(UTF_8)));
        assertThatExceptionOfType(DecodingException.class)
                .isThrownBy(() -> view.getAll(List.of("17")));
        assertThatExceptionOfType(DecodingException.class)
                .isThrownBy(() -> view.modify("17", value -> value + 1));
        assertThatExceptionOfType(DecodingException.class)
                .isThrownBy(() -> view.forEach((key, value) -> {}));
        assertThat(view.contains("17")).isTrue();
        assertThat(store.get("cart:17")).isEqualTo("seventeen");
    }

    @Test
    void keyThatCannotBeDecodedIsNamedByItsBytes() {
        KeyValueStore store = stores.open();
        store.set(new byte[] {1, (byte) 0xAB}, new byte[8]);
        TypedStore<Long, Long> view = store.typed(Codec.longs(), Codec.longs());

        assertThatExceptionOfType(DecodingException.class)
                .isThrownBy(() -> view.forEach((key, value) -> {}))
                .withMessageStartingWith("The key 0x01ab cannot be decoded as long.");
    }

    @Test
    void longKeyIsCutInMessages() {
        KeyValueStore store = stores.open();
        store.set("k".repeat(1000), "v");

        assertThatExceptionOfType(DecodingException.class)
                .isThrownBy(() -> store.typed(Codec.utf8(), Codec.longs()).get("k".repeat(1000)))
                .withMessageContaining("'" + "k".repeat(100) + "'… (of 1000 bytes)")
                .withMessageNotContaining("k".repeat(101));
    }

    @Test
    void comparisonIsByBytesAndModificationByWhatWasRead() {
        KeyValueStore store = stores.open();
        store.set("key", "OLD");
        TypedStore<String, String> view = store.typed(Codec.utf8(), IGNORES_CASE);

        assertThat(view.compareAndSet("key", "old", "new")).isFalse();
        assertThat(view.modify("key", old -> old + "er")).isEqualTo("older");
        assertThat(view.modify("absent", old -> old + "er")).isNull();
        assertThat(store.get("key")).isEqualTo("older");
        assertThat(store.contains("absent")).isFalse();
    }

    @Test
    void modificationKeepsWhatItReadFromTheCodec() {
        KeyValueStore store = stores.open();
        store.set("key", "abc");
        TypedStore<String, byte[]> view = store.typed(Codec.utf8(), Codec.bytes());

        view.modify(
                "key",
                bytes -> {
                    bytes[0] = 'x';
                    return bytes;
                });

        assertThat(store.get("key")).isEqualTo("xbc");
    }

    @Test
    void noModificationIsLost() {
        TypedStore<String, Long> view = stores.open().typed(Codec.utf8(), Codec.longs());
        view.set("count", 0L);
        Workers workers = new Workers();
        for (int i = 0; i < 4; i++) {
            workers.repeat(250, () -> view.modify("count", count -> count + 1));
        }
        workers.finish();

        assertThat(view.get("count")).isEqualTo(1000);
    }

    @Test
    void nullIsRefused() {
        KeyValueStore store = stores.open();
        TypedStore<String, String> view = store.typed(Codec.utf8(), Codec.utf8());

        assertThatNullPointerException().isThrownBy(() -> view.get(null)).withMessage("key");
        assertThatNullPointerException().isThrownBy(() -> view.set("k", null)).withMessage("value");
        assertThatNullPointerException().isThrownBy(() -> store.typed(null, Codec.utf8()));
        assertThat(store.size()).isZero();
    }

    private static <K, V> Map<K, V> contents(TypedStore<K, V> view) {
        Map<K, V> contents = new HashMap<>();
        view.forEach((key, value) -> assertThat(contents.put(key, value)).isNull());
        return contents;
    }
}
