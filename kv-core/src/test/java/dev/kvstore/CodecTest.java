package dev.kvstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the standard codecs write; it is on disks, so these tests hold for ever. */
class CodecTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "schlüssel \uD83D\uDD11", "\u0000", "\uFFFD"})
    void stringsAreUtf8(String text) {
        assertThat(Codec.utf8().encode(text)).isEqualTo(text.getBytes(UTF_8));
        assertThat(Codec.utf8().decode(text.getBytes(UTF_8))).isEqualTo(text);
    }

    @Test
    void whatIsNoUtf8IsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Codec.utf8().encode("a\uD83D"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codec.utf8().decode(new byte[] {'a', (byte) 0xFF}));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0000000000000000",
        "1, 0000000000000001",
        "258, 0000000000000102",
        "-1, ffffffffffffffff",
        "9223372036854775807, 7fffffffffffffff",
        "-9223372036854775808, 8000000000000000",
    })
    void longsBeginWithTheMostSignificantByte(long number, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(Codec.longs().encode(number)).isEqualTo(bytes);
        assertThat(Codec.longs().decode(bytes)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000-0000-0000-0000-000000000000",
                "123e4567-e89b-12d3-a456-426614174000",
                "ffffffff-ffff-ffff-ffff-ffffffffffff"
            })
    void uuidsAreInTheOrderOfTheirText(String text) {
        byte[] bytes = HexFormat.of().parseHex(text.replace("-", ""));
        assertThat(Codec.uuids().encode(UUID.fromString(text))).isEqualTo(bytes);
        assertThat(Codec.uuids().decode(bytes)).isEqualTo(UUID.fromString(text));
    }

    @Test
    void bytesStayAsTheyAre() {
        byte[] bytes = {0, -1, 127};
        assertThat(Codec.bytes().encode(bytes)).containsExactly(0, -1, 127);
        assertThat(Codec.bytes().decode(bytes)).containsExactly(0, -1, 127);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 9, 15, 17})
    void otherLengthsAreRefused(int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codec.longs().decode(new byte[length]))
                .withMessageContaining(length + " bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codec.uuids().decode(new byte[length]))
                .withMessageContaining(length + " bytes");
    }

    @Test
    void eachSaysItsName() {
        assertThat(List.of(Codec.utf8(), Codec.bytes(), Codec.longs(), Codec.uuids()))
                .extracting(Object::toString)
                .containsExactly("UTF-8", "bytes", "long", "UUID");
    }
}
