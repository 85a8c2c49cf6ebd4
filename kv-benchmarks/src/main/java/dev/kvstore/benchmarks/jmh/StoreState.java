package dev.kvstore.benchmarks.jmh;

import dev.kvstore.Durability;
import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreKind;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import dev.kvstore.benchmarks.phase.DiskUsage;
import dev.kvstore.benchmarks.workload.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * An open store, filled in random order of its keys: the {@link SharedStore}, or else one whose
 * files are in a directory of their own below {@code -Dbench.dir}.
 *
 * <p>A subclass has the parameter {@code store}, as benchmarks differ in what it makes sense to
 * compare.
 */
@State(Scope.Benchmark)
public abstract class StoreState {

    /** The number of keys. */
    @Param("1000000")
    public long keys;

    /** The length of a value. */
    @Param("100")
    public int valueBytes;

    private StoreAdapter adapter;
    private @Nullable Path directory;

    /** Returns the name of the store. */
    abstract String store();

    /** Returns the store that is open. */
    StoreAdapter adapter() {
        return adapter;
    }

    /** Makes and fills the store. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        StoreAdapter shared = SharedStore.get();
        if (shared != null) {
            adapter = shared;
            return;
        }
        Path parent = Path.of(System.getProperty("bench.dir", "target/benchmark-data"));
        Files.createDirectories(parent);
        directory = Files.createTempDirectory(parent, store());
        StoreKind kind = StoreKind.of(store());
        StoreOptions options =
                new StoreOptions(directory, kind.durability(), keys, Records.KEY_BYTES, valueBytes);
        adapter = kind.open(options.with(Durability.OS));
        fill();
        if (options.sync()) {
            // Filled without waiting for the disk at every key; only what is measured does that.
            adapter.close();
            adapter = kind.open(options);
        }
    }

    /** Closes the store and deletes its files. */
    @TearDown(Level.Trial)
    public void close() {
        if (directory != null) {
            adapter.close();
            DiskUsage.delete(directory);
        }
    }

    private void fill() {
        byte[] key = new byte[Records.KEY_BYTES];
        byte[] value = new byte[valueBytes];
        for (long index = 0; index < keys; index++) {
            adapter.set(Records.key(index, key), Records.value(index, 0, value));
        }
    }
}
