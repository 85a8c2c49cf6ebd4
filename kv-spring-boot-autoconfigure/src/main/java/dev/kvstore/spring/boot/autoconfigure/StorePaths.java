package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreProperties.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.StringUtils;

/**
 * The files that stores were given so far. The engine refuses to open one directory twice, but
 * knows no properties to name, and an index file that two stores write nobody would notice.
 */
final class StorePaths {

    private static final String INDEX_FILE = "index.kvi";

    /** The property that names it, by the directory or file. */
    private final Map<Path, String> owners = new HashMap<>();

    /**
     * Gives a store its files.
     *
     * @param prefix what the names of the store's properties start with
     * @param store the properties
     * @throws FailureAnalyzedException if another store has them
     */
    synchronized void claim(String prefix, Store store) {
        PropertiesMapper mapper = new PropertiesMapper(prefix);
        if (StringUtils.hasText(store.dataPath())) {
            Path directory = mapper.toPath("data-path", store.dataPath());
            claim(prefix + ".data-path", directory, "directory");
            if (!StringUtils.hasText(store.indexPath())) {
                claim(prefix + ".index-path", directory.resolve(INDEX_FILE), "index file");
            }
        }
        if (StringUtils.hasText(store.indexPath())) {
            Path index = mapper.toPath("index-path", store.indexPath());
            claim(prefix + ".index-path", index, "index file");
        }
    }

    private void claim(String property, Path path, String kind) {
        Path real = realPath(path.toAbsolutePath());
        String owner = owners.putIfAbsent(real, property);
        // A bean that could not be opened may be made again.
        if (owner != null && !owner.equals(property)) {
            throw new FailureAnalyzedException(
                    "Two key-value stores have one %s: '%s' and '%s' both lead to %s."
                            .formatted(kind, owner, property, real),
                    "Set '%s' to a %s of its own.".formatted(property, kind));
        }
    }

    /** The path without links, as far as it exists, so that one file has one path. */
    private static Path realPath(Path path) {
        Path existing = path;
        while (existing != null) {
            try {
                return existing.toRealPath().resolve(existing.relativize(path)).normalize();
            } catch (IOException ex) {
                existing = existing.getParent();
            }
        }
        return path.normalize();
    }
}
