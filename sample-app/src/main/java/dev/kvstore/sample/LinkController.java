package dev.kvstore.sample;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Follows, shows and changes links. */
@RestController
class LinkController {

    private static final int MOST_PER_PAGE = 500;

    private final LinkRepository links;

    LinkController(LinkRepository links) {
        this.links = links;
    }

    /** The body of a PUT. */
    record NewTarget(@Nullable String url) {}

    /** Some links in order of name; {@code next} is the {@code after} of the next page, if any. */
    record Page(List<Link> links, @Nullable String next) {}

    @GetMapping("/{name}")
    ResponseEntity<Void> follow(@PathVariable String name) {
        String url = links.visit(name).orElseThrow(() -> new UnknownLinkException(name));
        return ResponseEntity.status(HttpStatus.FOUND)
                .location(URI.create(url))
                .cacheControl(CacheControl.noStore())
                .build();
    }

    @GetMapping("/links")
    Page list(
            @RequestParam(defaultValue = "") String prefix,
            @RequestParam(defaultValue = "") String after,
            @RequestParam(defaultValue = "50") int limit) {
        if (limit < 1 || limit > MOST_PER_PAGE) {
            throw new InvalidFieldException("limit", "must be from 1 to " + MOST_PER_PAGE);
        }
        List<Link> found = links.list(prefix, after, limit + 1);
        boolean more = found.size() > limit;
        List<Link> page = more ? found.subList(0, limit) : found;
        return new Page(page, more ? page.get(limit - 1).name() : null);
    }

    @GetMapping("/links/{name}")
    Link show(@PathVariable String name) {
        return links.find(name).orElseThrow(() -> new UnknownLinkException(name));
    }

    @PutMapping("/links/{name}")
    ResponseEntity<Link> put(@PathVariable String name, @RequestBody NewTarget target) {
        boolean created =
                links.save(LinkRules.requireName(name), LinkRules.requireUrl(target.url()));
        return ResponseEntity.status(created ? HttpStatus.CREATED : HttpStatus.OK).body(show(name));
    }

    @DeleteMapping("/links/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String name) {
        if (!links.delete(name)) {
            throw new UnknownLinkException(name);
        }
    }
}
