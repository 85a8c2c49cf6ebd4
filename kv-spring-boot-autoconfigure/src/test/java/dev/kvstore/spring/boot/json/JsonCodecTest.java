package dev.kvstore.spring.boot.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ParameterizedTypeReference;
import tools.jackson.core.JacksonException;

/** The stored form, which must stay readable, and what is read from forms of other releases. */
class JsonCodecTest {

    record Cart(String owner, int items, @Nullable BigDecimal total, boolean open) {}

    enum Size {
        SMALL {
            @Override
            public String toString() {
                return "nice and small";
            }
        }
    }

    record Derived(int net) {
        public int getGross() {
            return net * 2;
        }
    }

    record Times(
            Instant instant,
            ZonedDateTime zoned,
            OffsetDateTime offset,
            LocalDate date,
            YearMonth month,
            Year year,
            Duration duration,
            Date old) {}

    private static final class Opaque {
        @SuppressWarnings("unused") // Not visible to Jackson: that is the point.
        private final int hidden = 1;
    }

    static class ByClass {
        @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
        public @Nullable Object anything;
    }

    @Test
    void recordsAreWrittenByTheirComponents() {
        assertStored(
                JsonCodec.of(Cart.class),
                new Cart("ann", 3, new BigDecimal("1.10"), true),
                "{'items':3,'open':true,'owner':'ann','total':1.10}");
        assertStored(JsonCodec.of(Derived.class), new Derived(1), "{'net':1}");
    }

    @Test
    void whatIsMissingIsNullOrZeroOrFalse() {
        assertThat(decode(Cart.class, "{'owner':'ann'}"))
                .isEqualTo(new Cart("ann", 0, null, false));
        assertThat(decode(Cart.class, "{'owner':'ann','items':null}"))
                .isEqualTo(new Cart("ann", 0, null, false));
    }

    @Test
    void whatIsUnknownIsLeftOut() {
        assertThat(decode(Cart.class, "{'owner':'ann','items':1,'coupon':{'code':7},'gross':[1]}"))
                .isEqualTo(new Cart("ann", 1, null, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{'items':'many'}",
                "{'items':1.5}",
                "{'items':1,'items':2}",
                "{} {}",
                "text"
            })
    void anythingElseIsAnError(String json) {
        assertThatExceptionOfType(JacksonException.class)
                .isThrownBy(() -> decode(Cart.class, json));
    }

    @Test
    void timesAreStoredAsText() {
        Times times =
                new Times(
                        Instant.parse("2026-01-02T03:04:05.123456789Z"),
                        ZonedDateTime.parse("2026-01-02T03:04:05+01:00[Europe/Berlin]"),
                        OffsetDateTime.parse("2026-01-02T03:04:05+05:30"),
                        LocalDate.parse("2026-01-02"),
                        YearMonth.parse("2026-01"),
                        Year.of(2026),
                        Duration.ofMillis(1500),
                        new Date(1));
        assertStored(
                JsonCodec.of(Times.class),
                times,
                "{'date':'2026-01-02','duration':'PT1.5S',"
                        + "'instant':'2026-01-02T03:04:05.123456789Z','month':'2026-01',"
                        + "'offset':'2026-01-02T03:04:05+05:30','old':'1970-01-01T00:00:00.001Z',"
                        + "'year':2026,'zoned':'2026-01-02T03:04:05+01:00[Europe/Berlin]'}");
        assertStored(
                JsonCodec.of(ZonedDateTime.class),
                ZonedDateTime.parse("2026-01-02T03:04:05Z[UTC]"),
                "'2026-01-02T03:04:05Z[UTC]'");
    }

    @Test
    void enumsAreStoredByName() {
        assertStored(JsonCodec.of(Size.class), Size.SMALL, "'SMALL'");
    }

    @Test
    void typesWithParametersAreKept() {
        Map<String, List<Cart>> carts = new LinkedHashMap<>();
        carts.put("b", List.of(new Cart("ann", 1, null, false)));
        carts.put("a", List.of());
        assertStored(
                JsonCodec.of(new ParameterizedTypeReference<Map<String, List<Cart>>>() {}),
                carts,
                "{'b':[{'items':1,'open':false,'owner':'ann','total':null}],'a':[]}");
        assertStored(
                JsonCodec.of(new ParameterizedTypeReference<Optional<Cart>>() {}),
                Optional.of(new Cart("ann", 1, null, false)),
                "{'items':1,'open':false,'owner':'ann','total':null}");
    }

    @Test
    void whatCouldNotBeReadIsNotWritten() {
        assertThatExceptionOfType(JacksonException.class)
                .isThrownBy(() -> JsonCodec.of(Opaque.class).encode(new Opaque()));
    }

    @Test
    void namesOfClassesAreNotFollowed() {
        String json = "{'anything':{'@class':'java.util.ArrayList'}}";
        assertThatExceptionOfType(JacksonException.class)
                .isThrownBy(() -> decode(ByClass.class, json));
        assertThat(decode(Object.class, "{'@class':'java.util.Date'}"))
                .isEqualTo(Map.of("@class", "java.util.Date"));
    }

    @Test
    void codecSaysWhatItIs() {
        assertThat(JsonCodec.of(Cart.class))
                .hasToString("JSON of dev.kvstore.spring.boot.json.JsonCodecTest$Cart");
        assertThat(JsonCodec.of(new ParameterizedTypeReference<List<String>>() {}))
                .hasToString("JSON of java.util.List<java.lang.String>");
    }

    private static <T> void assertStored(JsonCodec<T> codec, T value, String json) {
        assertThat(new String(codec.encode(value), UTF_8)).isEqualTo(json.replace('\'', '"'));
        assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
    }

    private static <T> T decode(Class<T> type, String json) {
        return JsonCodec.of(type).decode(json.replace('\'', '"').getBytes(UTF_8));
    }
}
