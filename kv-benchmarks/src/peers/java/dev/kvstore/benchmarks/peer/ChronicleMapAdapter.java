package dev.kvstore.benchmarks.peer;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Chronicle Map on a mapped file. Needs the flags of {@link
 * dev.kvstore.benchmarks.adapter.JvmFlags}.
 *
 * <p>Settings: sized in advance for exactly the keys of the run, with keys and values of constant
 * length; writes do not return what was there; checksums of entries, as is its default for files.
 * Values are overwritten in place, so there is nothing to compact.
 *
 * <p>A write survives the death of the process, but a write that was half done leaves a lock in the
 * file, so that it must then be opened by a recovery that looks at every entry, and that drops the
 * one that was being overwritten. Nothing survives a power cut for certain, so there is no {@code
 * -sync}.
 */
public final class ChronicleMapAdapter implements StoreAdapter {

    private final ChronicleMap<byte[], byte[]> map;
    private final Path openMark;

    /** Opens the file, by recovery if it was not closed. */
    public ChronicleMapAdapter(StoreOptions given) {
        given.refuseSync("Chronicle Map never forces its file");
        openMark = given.directory().resolve("open");
        Path file = given.directory().resolve("map.dat");
        ChronicleMapBuilder<byte[], byte[]> builder =
                ChronicleMapBuilder.of(byte[].class, byte[].class)
                        .entries(given.keys())
                        .constantKeySizeBySample(new byte[given.keyBytes()])
                        .constantValueSizeBySample(new byte[given.valueBytes()])
                        .putReturnsNull(true)
                        .removeReturnsNull(true);
        try {
            map =
                    Files.exists(openMark)
                            ? builder.recoverPersistedTo(file.toFile(), true)
                            : builder.createPersistedTo(file.toFile());
            Files.write(openMark, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void set(byte[] key, byte[] value) {
        map.put(key, value);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return map.get(key);
    }

    @Override
    public void delete(byte[] key) {
        map.remove(key);
    }

    @Override
    public void close() {
        map.close();
        try {
            Files.delete(openMark);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
