package dev.kvstore.spring.boot.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.cache.interceptor.SimpleKey;

class CacheKeyFormatTest {

    record Id(String shop, long number) {}

    enum Kind {
        A,
        B {
            @Override
            public String toString() {
                return "A";
            }
        }
    }

    /** A class of an application that is no record, and shows nothing of itself. */
    static final class Point {
        private final int x;
        private final int y;

        Point(int x, int y) {
            this.x = x;
            this.y = y;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Point point && point.x == x && point.y == y;
        }

        @Override
        public int hashCode() {
            return Objects.hash(x, y);
        }
    }

    private final CacheKeyFormat format = new CacheKeyFormat("carts");

    // On disks: a change loses what is cached, and entries that are evicted would stay.
    @Test
    void formIsStable() {
        assertThat(form("key")).isEqualTo("String=3:key");
        assertThat(form(17L)).isEqualTo("java.lang.Long=2:17");
        assertThat(form(SimpleKey.EMPTY)).isEqualTo("SimpleKey[0:");
        assertThat(form(new SimpleKey("a", null, 1)))
                .isEqualTo("SimpleKey[3:String=1:anull=0:java.lang.Integer=1:1");
        assertThat(form(DayOfWeek.MONDAY)).isEqualTo("java.time.DayOfWeek=6:MONDAY");
        assertThat(form(new Id("x", 1)))
                .isEqualTo(Id.class.getName() + "[2:String=1:xjava.lang.Long=1:1");
        assertThat(form(Map.of("a", List.of()))).isEqualTo("Map[1:Entry[2:String=1:aList[0:");
        assertThat(form(new Point(1, 2)))
                .isEqualTo(Point.class.getName() + "=13:{\"x\":1,\"y\":2}");
    }

    @Test
    void keyBeginsWithTheNameOfItsCache() {
        byte[] key = format.encode("key");
        assertThat(key).startsWith((byte) 0xFF, (byte) 'c', (byte) 0, (byte) 0, (byte) 0, (byte) 5);
        assertThat(new String(key, ISO_8859_1)).endsWith("cartskString=3:key");
        assertThat(key).startsWith(format.prefix());
    }

    @Test
    void noCachesKeysBeginWithAnothers() {
        List<String> names =
                List.of("", "a", "ab", "a\u0000", "kString=0:", "\u00e4", "a".repeat(300));
        for (String name : names) {
            for (String other : names) {
                byte[] key = new CacheKeyFormat(other).encode("k");
                byte[] prefix = new CacheKeyFormat(name).prefix();
                boolean starts = Arrays.equals(prefix, Arrays.copyOf(key, prefix.length));
                assertThat(starts).isEqualTo(name.equals(other));
            }
        }
    }

    @Test
    void differentKeysHaveDifferentForms() {
        Set<ByteBuffer> forms = new HashSet<>();
        List<Object> keys = differentKeys().toList();
        for (Object key : keys) {
            assertThat(forms.add(ByteBuffer.wrap(format.encode(key)))).as("%s", key).isTrue();
        }
    }

    static Stream<Object> differentKeys() {
        return Stream.of(
                "1",
                1,
                1L,
                (short) 1,
                (byte) 1,
                '1',
                1.0,
                1.0f,
                true,
                "true",
                "",
                "a,b",
                "\uD83D",
                "?",
                "\uDD11",
                new BigDecimal("1.0"),
                new BigDecimal("1.00"),
                Kind.A,
                Kind.B,
                "A",
                UUID.fromString("00000000-0000-0000-0000-000000000001"),
                Instant.EPOCH,
                LocalDate.EPOCH,
                new Date(0),
                Locale.GERMANY,
                Locale.GERMAN,
                String.class,
                SimpleKey.EMPTY,
                new SimpleKey("a", "b"),
                new SimpleKey("a,b"),
                new SimpleKey("ab"),
                new SimpleKey("a", new SimpleKey("b")),
                new SimpleKey(new Object[] {null}),
                new SimpleKey("a", null),
                new SimpleKey(null, "a"),
                List.of(),
                List.of("a", "b"),
                List.of("b", "a"),
                List.of(List.of("a"), "b"),
                List.of(List.of("a", "b")),
                Set.of(),
                Set.of("a", "b"),
                Map.of(),
                Map.of("a", "b"),
                Map.of("b", "a"),
                Optional.empty(),
                Optional.of("a"),
                new String[] {"a"},
                new Object[] {"a"},
                new int[] {1},
                new long[] {1},
                new byte[] {1, 2},
                new Id("a", 1),
                new Id("a", 2),
                new Point(1, 2),
                new Point(2, 1),
                "k".repeat(1000),
                "k".repeat(1001));
    }

    @ParameterizedTest
    @MethodSource("equalKeys")
    void equalKeysHaveTheSameForm(Object one, Object other) {
        assertThat(one).isEqualTo(other);
        assertThat(format.encode(one)).isEqualTo(format.encode(other));
    }

    static Stream<Object[]> equalKeys() {
        List<String> forwards = List.of("a", "b", "c", "d");
        List<String> backwards = List.of("d", "c", "b", "a");
        Map<String, Integer> one = new LinkedHashMap<>();
        forwards.forEach(key -> one.put(key, key.length()));
        Map<String, Integer> other = new LinkedHashMap<>();
        backwards.forEach(key -> other.put(key, key.length()));
        return Stream.of(
                new Object[] {new LinkedHashSet<>(forwards), new LinkedHashSet<>(backwards)},
                new Object[] {one, other},
                new Object[] {new ArrayList<>(forwards), Arrays.asList("a", "b", "c", "d")},
                new Object[] {new SimpleKey("a", new int[] {1}), new SimpleKey("a", new int[] {1})},
                new Object[] {new Id("a", 1), new Id("a", 1)},
                new Object[] {new Point(1, 2), new Point(1, 2)});
    }

    @Test
    void longKeyIsHashed() {
        assertThat(format.encode("k".repeat(100_000))).hasSize(format.prefix().length + 1 + 32);
        assertThat(format.encode("k".repeat(100_000)))
                .isEqualTo(format.encode("k".repeat(100_000)));
    }

    @Test
    void keyWithoutStableFormIsRefused() {
        OutputStream stream = new ByteArrayOutputStream();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> format.encode(stream))
                .withMessageContaining("ByteArrayOutputStream")
                .withMessageContaining("'key'");
        assertThatIllegalArgumentException().isThrownBy(() -> format.encode(new SimpleKey(stream)));
        assertThatIllegalArgumentException().isThrownBy(() -> format.encode(new Empty()));
        Runnable lambda = () -> {};
        assertThatIllegalArgumentException().isThrownBy(() -> format.encode(lambda));
    }

    private static final class Empty {}

    private String form(Object key) {
        byte[] encoded = format.encode(key);
        int start = format.prefix().length + 1;
        return new String(encoded, start, encoded.length - start, ISO_8859_1);
    }
}
