package dev.kvstore.sample;

import dev.kvstore.Entry;
import dev.kvstore.KeyValueStore;
import dev.kvstore.WriteBatch;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/**
 * The links in the store. A link has two entries, both JSON, so that a visit writes little and a
 * new URL never collides with the counting of visits:
 *
 * <pre>
 * link/List    {"url":"https://…/List.html","created":"…","updated":"…"}
 * visits/List  {"count":3,"last":"…"}
 * </pre>
 *
 * <p>Names are listed without regard to case, so that "string" finds String.
 */
@Repository
class LinkRepository {

    static final Comparator<String> BY_NAME =
            String.CASE_INSENSITIVE_ORDER.thenComparing(Comparator.naturalOrder());

    private static final Comparator<Entry> ENTRY_BY_NAME =
            Comparator.comparing(LinkRepository::nameOf, BY_NAME);
    private static final String LINK = "link/";
    private static final String VISITS = "visits/";
    private static final int MOST_NAMES_COMPARED = 100_000;

    // Not the application's own, as its settings may change and what is stored must not.
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final KeyValueStore store;
    private final LongAdder reads = new LongAdder();

    LinkRepository(KeyValueStore store) {
        this.store = store;
    }

    private record Target(String url, Instant created, Instant updated) {}

    private record Visits(long count, Instant last) {}

    /** Returns the link of a name. */
    Optional<Link> find(String name) {
        return Optional.ofNullable(read(LINK + name))
                .map(target -> link(name, target, read(VISITS + name)));
    }

    /** Returns where a name leads, and counts that somebody went there. */
    Optional<String> visit(String name) {
        String target = read(LINK + name);
        if (target == null) {
            return Optional.empty();
        }
        // Should the link be deleted just now, its count stays for the next link of that name.
        modify(VISITS + name, LinkRepository::oneMore);
        return Optional.of(JSON.readValue(target, Target.class).url());
    }

    /** Gives a name a URL, and returns whether the name is new. */
    boolean save(String name, String url) {
        return modify(LINK + name, old -> retarget(old, url)) == null;
    }

    /** Gives many names their URLs: all of them, or after a crash none. */
    void saveAll(Map<String, String> urlsByName) {
        Map<String, String> present =
                store.getAll(urlsByName.keySet().stream().map(LINK::concat).toList());
        WriteBatch batch = new WriteBatch();
        urlsByName.forEach(
                (name, url) -> {
                    String key = LINK + name;
                    batch.set(key, retarget(present.get(key), url));
                });
        store.write(batch);
    }

    /** Removes a link and its visits, and returns whether there was one. */
    boolean delete(String name) {
        boolean there = read(LINK + name) != null;
        if (there) {
            store.write(new WriteBatch().delete(LINK + name).delete(VISITS + name));
        }
        return there;
    }

    /** Returns the first links, by name, that start with a prefix and come after a name. */
    List<Link> list(String prefix, String after, int limit) {
        try (Stream<Entry> entries = scan()) {
            Stream<Entry> matching =
                    entries.filter(entry -> startsWith(nameOf(entry), prefix))
                            .filter(entry -> BY_NAME.compare(nameOf(entry), after) > 0);
            return withVisits(Smallest.of(matching, limit, ENTRY_BY_NAME));
        }
    }

    /** Returns a few names that somebody who asked for this one may have meant. */
    List<String> namesNear(String name) {
        try (Stream<Entry> entries = scan()) {
            return NearNames.of(
                    name, entries.limit(MOST_NAMES_COMPARED).map(LinkRepository::nameOf));
        }
    }

    /** Returns how many reads were made since the start; writes are counted by the store. */
    long reads() {
        return reads.sum();
    }

    private Stream<Entry> scan() {
        reads.increment();
        return store.scan(LINK);
    }

    private List<Link> withVisits(List<Entry> targets) {
        List<String> keys = targets.stream().map(entry -> VISITS + nameOf(entry)).toList();
        Map<String, String> visits = store.getAll(keys);
        return targets.stream()
                .map(
                        entry -> {
                            String name = nameOf(entry);
                            return link(name, entry.valueString(), visits.get(VISITS + name));
                        })
                .toList();
    }

    private @Nullable String read(String key) {
        reads.increment();
        return store.get(key);
    }

    /** Makes a new value of the old, whoever else writes meanwhile, and returns the old. */
    private @Nullable String modify(String key, UnaryOperator<@Nullable String> change) {
        while (true) {
            String old = read(key);
            String changed = change.apply(old);
            boolean done =
                    old == null
                            ? store.setIfAbsent(key, changed)
                            : store.compareAndSet(key, old, changed);
            if (done) {
                return old;
            }
        }
    }

    private static String retarget(@Nullable String old, String url) {
        Instant now = now();
        Instant created = old == null ? now : JSON.readValue(old, Target.class).created();
        return JSON.writeValueAsString(new Target(url, created, now));
    }

    private static String oneMore(@Nullable String old) {
        long count = old == null ? 0 : JSON.readValue(old, Visits.class).count();
        return JSON.writeValueAsString(new Visits(count + 1, now()));
    }

    private static Link link(String name, String targetJson, @Nullable String visitsJson) {
        Target target = JSON.readValue(targetJson, Target.class);
        Visits visits = visitsJson == null ? null : JSON.readValue(visitsJson, Visits.class);
        return new Link(
                name,
                target.url(),
                visits == null ? 0 : visits.count(),
                target.created(),
                target.updated(),
                visits == null ? null : visits.last());
    }

    private static String nameOf(Entry entry) {
        return entry.keyString().substring(LINK.length());
    }

    private static boolean startsWith(String name, String prefix) {
        return name.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
