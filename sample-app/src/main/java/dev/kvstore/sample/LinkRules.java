package dev.kvstore.sample;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a link may be called and where it may lead. */
final class LinkRules {

    private static final int MAX_URL_LENGTH = 2048;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    /** Paths that mean something else, here or to every browser. */
    private static final Set<String> RESERVED =
            Set.of("actuator", "error", "favicon.ico", "import", "links", "page", "robots.txt");

    private LinkRules() {}

    static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidFieldException(
                    "name",
                    "must be 1 to 200 letters, digits, dots, hyphens or underscores,"
                            + " and start with a letter or digit");
        }
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new InvalidFieldException("name", "is reserved: " + name);
        }
        return name;
    }

    static String requireUrl(@Nullable String url) {
        if (url == null || url.isBlank()) {
            throw new InvalidFieldException("url", "is missing");
        }
        URI uri = parse(url);
        String scheme = uri.getScheme();
        if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
            throw new InvalidFieldException("url", "must start with http:// or https://");
        }
        if (uri.getHost() == null) {
            throw new InvalidFieldException("url", "must name a valid host");
        }
        String encoded = uri.toASCIIString();
        if (encoded.length() > MAX_URL_LENGTH) {
            throw new InvalidFieldException(
                    "url", "must not be longer than " + MAX_URL_LENGTH + " characters");
        }
        return encoded;
    }

    private static URI parse(String url) {
        try {
            return new URI(url.strip());
        } catch (URISyntaxException e) {
            throw new InvalidFieldException("url", "is not a URL: " + e.getReason());
        }
    }
}
