package dev.kvstore;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Strings to bytes and back, without ever turning two different strings into the same bytes. */
final class Utf8 {

    private Utf8() {}

    static byte[] encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                requirePair(text, i++);
            }
        }
        return text.getBytes(UTF_8);
    }

    static String decode(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    // String.getBytes would write '?' for an unpaired surrogate, so that different keys collide.
    private static void requirePair(String text, int index) {
        boolean pair =
                index + 1 < text.length()
                        && Character.isSurrogatePair(text.charAt(index), text.charAt(index + 1));
        if (!pair) {
            throw new IllegalArgumentException(
                    "The string has an unpaired surrogate at index "
                            + index
                            + ", so it has no UTF-8 form; pass bytes instead.");
        }
    }
}
