package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStoreBuilder;
import dev.kvstore.LimitExceededException;
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

    void apply(KeyValueStoreProperties properties, KeyValueStoreBuilder builder) {
        applyPath("data-path", properties.getDataPath(), builder::dataPath);
        applyPath("index-path", properties.getIndexPath(), builder::indexPath);
        apply("durability", properties.getDurability(), builder::durability);
        apply("force-interval", properties.getForceInterval(), builder::forceInterval);
        applySize("segment-size", properties.getSegmentSize(), builder::segmentSizeBytes);
        applyIntSize("max-key-size", properties.getMaxKeySize(), builder::maxKeySizeBytes);
        applyIntSize("max-value-size", properties.getMaxValueSize(), builder::maxValueSizeBytes);
        apply("read-only", properties.isReadOnly(), builder::readOnly);
        apply("verify-checksums", properties.isVerifyChecksums(), builder::verifyChecksums);
        applySize("free-disk-floor", properties.getFreeDiskFloor(), builder::freeDiskFloorBytes);
        apply(properties.getCompaction(), builder);
    }

    private void apply(
            KeyValueStoreProperties.Compaction compaction, KeyValueStoreBuilder builder) {
        apply("compaction.enabled", compaction.isEnabled(), builder::backgroundCompaction);
        apply("compaction.interval", compaction.getInterval(), builder::compactionInterval);
        apply(
                "compaction.garbage-ratio",
                compaction.getGarbageRatio(),
                builder::compactionGarbageRatio);
        applySize(
                "compaction.rate-limit",
                compaction.getRateLimit(),
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

    private Path toPath(String name, String value) {
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
