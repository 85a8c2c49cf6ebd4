package dev.kvstore.spring.boot.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvstore.spring.boot.cache.CacheValueFormat.UnreadableValueException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ParameterizedTypeReference;

class CacheValueFormatTest {

    private static final String HERE = "dev.kvstore.spring.boot.cache";

    record Cart(String owner, int items, @Nullable BigDecimal total) {}

    record Page<T>(List<T> content) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Sparse(@Nullable String first, @Nullable String second) {}

    record Derived(int net) {
        public int getGross() {
            return net * 2;
        }
    }

    enum Kind {
        PLAIN,
        SPECIAL {
            @Override
            public String toString() {
                return "something else";
            }
        }
    }

    /** A class that is no record: a field without methods, and a property without field. */
    static class Bean {
        private int net;
        private @Nullable String note;

        public int getNet() {
            return net;
        }

        public int getGross() {
            return net * 2;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Bean bean && bean.net == net && Objects.equals(bean.note, note);
        }

        @Override
        public int hashCode() {
            return net;
        }
    }

    /** A class whose fields are set by a constructor. */
    static class Fixed {
        private final String text;

        public Fixed(String text) {
            this.text = text;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Fixed fixed && fixed.text.equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    /** A class with a field that nobody can set. */
    static class Unsettable {
        @SuppressWarnings("unused") // By this code, but not by Jackson.
        private final Instant created = Instant.now();
    }

    private final CacheValueFormat format = format(HERE);

    @Test
    void formIsStable() {
        assertThat(stored(null)).isEqualTo("null");
        assertThat(stored("text")).isEqualTo("['java.lang.String','text']");
        assertThat(stored(new Cart("ann", 2, new BigDecimal("1.10"))))
                .isEqualTo(
                        "['%s.CacheValueFormatTest$Cart',{'items':2,'owner':'ann','total':1.10}]"
                                .formatted(HERE));
        assertThat(stored(Arrays.asList(1L, null))).isEqualTo("['list',['java.lang.Long',1],null]");
        assertThat(stored(Map.of("a", true)))
                .isEqualTo("['map',['java.lang.String','a'],['java.lang.Boolean',true]]");
        assertThat(stored(new int[] {1})).isEqualTo("['int[]',[1]]");
    }

    static Stream<Arguments> values() {
        Bean bean = new Bean();
        bean.net = 3;
        bean.note = "kept";
        return arguments(
                "",
                "\uD83D",
                'x',
                true,
                (byte) -1,
                (short) 1,
                1,
                Long.MAX_VALUE,
                1.5f,
                -0.0,
                Double.NaN,
                new BigDecimal("12345678901234567890.10"),
                UUID.randomUUID(),
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                Duration.ofMillis(1),
                new byte[] {1, -1},
                new String[] {"a", "b"},
                new Cart[] {new Cart("ann", 1, null)},
                new Cart("ann", 1, null),
                new Cart("ann", 1, new BigDecimal("1E+3")),
                new Sparse(null, "x"),
                new Derived(1),
                bean,
                new Fixed("text"),
                Kind.PLAIN,
                Kind.SPECIAL,
                List.of(),
                List.of(new Cart("ann", 1, null), "text", List.of(1)),
                Collections.unmodifiableList(Arrays.asList(null, 1)),
                new ArrayList<>(List.of(1)),
                Set.of("a", "b"),
                Map.of(1, List.of("x"), 2, List.of()),
                new HashMap<>(Map.of("a", new Cart("ann", 1, null))));
    }

    @ParameterizedTest
    @MethodSource("values")
    void valueIsReadBack(Object value) {
        Object read = format.decode(format.encode(value));
        assertThat(read).isEqualTo(value);
    }

    @Test
    void typeOfAllValuesMayBeDeclared() {
        Type type = new ParameterizedTypeReference<Page<Cart>>() {}.getType();
        CacheValueFormat declared = format(type);
        Page<Cart> page = new Page<>(List.of(new Cart("ann", 1, null)));

        byte[] bytes = declared.encode(page);

        assertThat(new String(bytes, UTF_8)).startsWith("[\"declared\",{\"content\"");
        assertThat(declared.decode(bytes)).isEqualTo(page);
        assertThat(declared.decode(declared.encode(null))).isNull();
        assertUnreadable(declared, stored("text"));
        assertUnreadable(format, new String(bytes, UTF_8));
    }

    static Stream<Arguments> notCacheable() {
        Object anonymous = new Object() {};
        Runnable lambda = () -> {};
        return arguments(
                new Page<>(List.of()),
                Optional.of(1),
                new LinkedList<>(List.of(1)),
                new ConcurrentHashMap<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                List.of(new Page<>(List.of())),
                anonymous,
                lambda,
                new Thread(),
                new Thread[0],
                Thread.State.NEW);
    }

    @ParameterizedTest
    @MethodSource("notCacheable")
    void whatCouldNotBeReadBackIsRefused(Object value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> format.encode(value))
                .withMessageContaining("cannot be cached");
    }

    @Test
    void classOfOtherPackageIsRefusedWhenWrittenAndWhenRead() {
        CacheValueFormat other = format("com.example");
        byte[] bytes = format.encode(new Cart("ann", 1, null));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> other.encode(new Cart("ann", 1, null)))
                .withMessageContaining("'kv.cache.trusted-packages'");
        assertThatExceptionOfType(UnreadableValueException.class)
                .isThrownBy(() -> other.decode(bytes))
                .withMessageContaining("'kv.cache.trusted-packages'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // What is not trusted, is not even looked up, and neither is what looks alike.
                "['javax.script.ScriptEngineManager',{}]",
                "['java.lang.ProcessBuilder',['touch']]",
                "['java.net.URLClassLoader[]',[]]",
                "['dev.kvstore.spring.boot.cacheevil.Thing',{}]",
                "['list',['java.lang.Thread',{}]]",
                // What is no entry.
                "",
                "{",
                "[]",
                "{}",
                "1",
                "['list'",
                "['java.lang.String']",
                "['java.lang.String','a','b']",
                "['java.lang.String',null]",
                "['map',['java.lang.String','a']]",
                "null null",
                // Of classes that changed: gone, a field more, a field less, another type.
                "['dev.kvstore.spring.boot.cache.Gone',{}]",
                "['dev.kvstore.spring.boot.cache.CacheValueFormatTest$Kind','GONE']",
                "['dev.kvstore.spring.boot.cache.CacheValueFormatTest$Cart',"
                        + "{'owner':'ann','items':1,'total':null,'coupon':1}]",
                "['dev.kvstore.spring.boot.cache.CacheValueFormatTest$Cart',"
                        + "{'owner':'ann','items':1}]",
                "['dev.kvstore.spring.boot.cache.CacheValueFormatTest$Cart',"
                        + "{'owner':'ann','items':null,'total':null}]",
                "['dev.kvstore.spring.boot.cache.CacheValueFormatTest$Cart',"
                        + "{'owner':'ann','items':'1','total':null}]",
                "['java.lang.Long','1']",
            })
    void whatDoesNotFitIsUnreadable(String json) {
        assertUnreadable(format, json);
    }

    @Test
    void whatWouldLoseSomethingIsUnreadable() {
        byte[] bytes = format.encode(new Unsettable());
        assertThatExceptionOfType(UnreadableValueException.class)
                .isThrownBy(() -> format.decode(bytes));
    }

    // As in an application that DevTools has restarted: its classes are new, the library's are not.
    @Test
    void classesAreThoseOfTheApplicationWhateverTheThread() throws Exception {
        byte[] bytes = format.encode(new Cart("ann", 1, null));
        ClassLoader restarted = new Restarted();
        CacheValueFormat afterwards = new CacheValueFormat(restarted, List.of(HERE), null);

        Object read = afterwards.decode(bytes);

        assertThat(read.getClass().getName()).isEqualTo(Cart.class.getName());
        assertThat(read.getClass().getClassLoader()).isSameAs(restarted);
        assertThat(read).hasToString("Cart[owner=ann, items=1, total=null]");
    }

    /** Has classes of its own where the test's have the same names. */
    private static final class Restarted extends ClassLoader {

        Restarted() {
            super(CacheValueFormatTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(CacheValueFormatTest.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException ex) {
                throw new ClassNotFoundException(name, ex);
            }
        }
    }

    // One argument each, even if it is an array.
    private static Stream<Arguments> arguments(Object... values) {
        return Arrays.stream(values).map(value -> Arguments.of(value));
    }

    private String stored(@Nullable Object value) {
        return new String(format.encode(value), UTF_8).replace('"', '\'');
    }

    private static void assertUnreadable(CacheValueFormat format, String json) {
        assertThatExceptionOfType(UnreadableValueException.class)
                .isThrownBy(() -> format.decode(json.replace('\'', '"').getBytes(UTF_8)));
    }

    private static CacheValueFormat format(String trustedPackage) {
        return new CacheValueFormat(
                CacheValueFormatTest.class.getClassLoader(), List.of(trustedPackage), null);
    }

    private static CacheValueFormat format(Type type) {
        return new CacheValueFormat(
                CacheValueFormatTest.class.getClassLoader(), List.of(HERE), type);
    }
}
