package dev.kvstore.sample;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A link as the outside sees it.
 *
 * @param name what comes after the slash
 * @param url where it leads
 * @param visits how often it was followed
 * @param created when the name was first linked
 * @param updated when it was last given a URL
 * @param lastVisit when it was last followed, or null if never
 */
record Link(
        String name,
        String url,
        long visits,
        Instant created,
        Instant updated,
        @Nullable Instant lastVisit) {}
