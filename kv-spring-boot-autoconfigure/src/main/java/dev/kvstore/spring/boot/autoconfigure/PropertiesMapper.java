package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.LimitExceededException;
import dev.kvstore.spring.boot.autoconfigure.KeyValueStoreProperties.Store;
import java.io.FileNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ResourceUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Applies properties to a builder. What the builder refuses is reported under the name of the
 * property, so that Spring Boot can point to the file and line that it comes from.
 */
final class PropertiesMapper {

    private final String prefix;

    /**
     * Makes a mapper.
     *
     * @param prefix what the names of the properties start with
     */
    PropertiesMapper(String prefix) {
        this.prefix = prefix;
    }

    void applyPaths(Store store, KeyValueStoreBuilder builder) {
        applyPath("data-path", store.dataPath(), builder::dataPath);
        applyPath("index-path", store.indexPath(), builder::indexPath);
    }

    void applyOptions(Store store, KeyValueStoreBuilder builder) {
        apply("durability", store.durability(), builder::durability);
        apply("force-interval", store.forceInterval(), builder::forceInterval);
        applySize("segment-size", store.segmentSize(), builder::segmentSizeBytes);
        applyIntSize("max-key-size", store.maxKeySize(), builder::maxKeySizeBytes);
        applyIntSize("max-value-size", store.maxValueSize(), builder::maxValueSizeBytes);
        apply("read-only", store.readOnly(), builder::readOnly);
        apply("verify-checksums", store.verifyChecksums(), builder::verifyChecksums);
        applySize("free-disk-floor", store.freeDiskFloor(), builder::freeDiskFloorBytes);
        if (store.compaction() != null) {
            applyCompaction(store.compaction(), builder);
        }
    }

    private void applyCompaction(Store.Compaction compaction, KeyValueStoreBuilder builder) {
        apply("compaction.enabled", compaction.enabled(), builder::backgroundCompaction);
        apply("compaction.interval", compaction.interval(), builder::compactionInterval);
        apply(
                "compaction.garbage-ratio",
                compaction.garbageRatio(),
                builder::compactionGarbageRatio);
        applySize(
                "compaction.rate-limit",
                compaction.rateLimit(),
                builder::compactionRateLimitBytesPerSecond);
    }

    private void applyPath(String name, @Nullable String value, Consumer<Path> option) {
        if (StringUtils.hasText(value)) {
            apply(name, toPath(name, value), option);
        }
    }

    private void applySize(String name, @Nullable DataSize size, Consumer<Long> option) {
        apply(name, size, value -> option.accept(value.toBytes()));
    }

    // A size beyond the range of an int becomes the end of the range, which is out of all limits.
    private void applyIntSize(String name, @Nullable DataSize size, Consumer<Integer> option) {
        apply(
                name,
                size,
                value -> {
                    long bytes = Math.min(value.toBytes(), Integer.MAX_VALUE);
                    option.accept((int) Math.max(bytes, Integer.MIN_VALUE));
                });
    }

    // A property that is set to nothing is bound to null, and leaves the default.
    private <T> void apply(String name, @Nullable T value, Consumer<T> option) {
        if (value == null) {
            return;
        }
        try {
            option.accept(value);
        } catch (LimitExceededException ex) {
            throw invalid(name, value, ex);
        }
    }

    Path toPath(String name, String value) {
        try {
            // Takes what people write in Spring, "file:./data", as well as "./data".
            return ResourceUtils.getFile(value).toPath();
        } catch (FileNotFoundException | InvalidPathException ex) {
            throw invalid(name, value, ex);
        }
    }

    private InvalidConfigurationPropertyValueException invalid(
            String name, Object value, Exception cause) {
        return new InvalidConfigurationPropertyValueException(
                prefix + "." + name, value, cause.getMessage(), cause);
    }
}
