package dev.kvstore;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The codecs that need nothing but the JDK. What they write is on disks and never changes. */
final class StandardCodecs {

    static final Codec<String> UTF_8 = new Utf8Codec();
    static final Codec<byte[]> BYTES = new BytesCodec();
    static final Codec<Long> LONG = new LongCodec();
    static final Codec<UUID> UUID = new UuidCodec();

    private StandardCodecs() {}

    private static final class Utf8Codec implements Codec<String> {

        @Override
        public byte[] encode(String text) {
            return Utf8.encode(text);
        }

        @Override
        public String decode(byte[] bytes) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("These bytes are not UTF-8.", e);
            }
        }

        @Override
        public String toString() {
            return "UTF-8";
        }
    }

    private static final class BytesCodec implements Codec<byte[]> {

        @Override
        public byte[] encode(byte[] bytes) {
            return bytes;
        }

        @Override
        public byte[] decode(byte[] bytes) {
            return bytes;
        }

        @Override
        public String toString() {
            return "bytes";
        }
    }

    private static final class LongCodec implements Codec<Long> {

        @Override
        public byte[] encode(Long number) {
            return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        }

        @Override
        public Long decode(byte[] bytes) {
            return buffer(bytes, Long.BYTES).getLong();
        }

        @Override
        public String toString() {
            return "long";
        }
    }

    private static final class UuidCodec implements Codec<UUID> {

        @Override
        public byte[] encode(UUID uuid) {
            return ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(uuid.getMostSignificantBits())
                    .putLong(uuid.getLeastSignificantBits())
                    .array();
        }

        @Override
        public UUID decode(byte[] bytes) {
            ByteBuffer buffer = buffer(bytes, 2 * Long.BYTES);
            return new UUID(buffer.getLong(), buffer.getLong());
        }

        @Override
        public String toString() {
            return "UUID";
        }
    }

    private static ByteBuffer buffer(byte[] bytes, int length) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(
                    "There are " + bytes.length + " bytes and not " + length + ".");
        }
        return ByteBuffer.wrap(bytes);
    }
}
