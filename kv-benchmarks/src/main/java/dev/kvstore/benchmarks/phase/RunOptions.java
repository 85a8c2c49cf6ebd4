package dev.kvstore.benchmarks.phase;

import dev.kvstore.benchmarks.adapter.StoreAdapter;
import dev.kvstore.benchmarks.adapter.StoreKind;
import dev.kvstore.benchmarks.adapter.StoreOptions;
import dev.kvstore.benchmarks.workload.Records;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of a run, which the command passes on to each JVM that it starts. */
public final class RunOptions {

    @Option(
            names = "--store",
            defaultValue = "kv",
            description = {
                "The store: kv, hashmap, and with -Ppeers rocksdb, lmdb, mvstore, mapdb,"
                        + " chronicle; -interval or -sync behind it for more durability than the"
                        + " process's death. Default: ${DEFAULT-VALUE}"
            })
    private String store;

    @Option(
            names = "--keys",
            defaultValue = "1000000",
            description = "The number of keys. Default: ${DEFAULT-VALUE}")
    private long keys;

    @Option(
            names = "--value-bytes",
            defaultValue = "100",
            description = "The length of a value, 16 or more. Default: ${DEFAULT-VALUE}")
    private int valueBytes;

    @Option(
            names = "--overwrites",
            defaultValue = "5",
            description = "How often every value is overwritten. Default: ${DEFAULT-VALUE}")
    private int overwrites;

    @Option(
            names = "--dir",
            defaultValue = "target/benchmark-data",
            description =
                    "Where the files of the run go, in a directory of their own. Default:"
                            + " ${DEFAULT-VALUE}")
    private Path directory;

    /** Returns the store to run. */
    public StoreKind kind() {
        return StoreKind.of(store);
    }

    /** Returns the number of keys. */
    public long keys() {
        return keys;
    }

    /** Returns the length of a value. */
    public int valueBytes() {
        return valueBytes;
    }

    /** Returns how often every value is overwritten, which is also the version it then has. */
    public int overwrites() {
        return overwrites;
    }

    /** Returns the directory of the run, which is deleted before and after it. */
    public Path runDirectory() {
        return directory.resolve("million-keys");
    }

    /** Returns the directory of the store's files. */
    public Path storeDirectory() {
        return runDirectory().resolve("store");
    }

    /** Returns the file in which a process that will be killed counts its writes. */
    public Path counterFile() {
        return runDirectory().resolve("acknowledged");
    }

    /** Opens the store. */
    public StoreAdapter open() {
        StoreKind kind = kind();
        return kind.open(
                new StoreOptions(
                        storeDirectory(), kind.durability(), keys, Records.KEY_BYTES, valueBytes));
    }

    /** Returns these options as arguments of a command. */
    public List<String> toArguments() {
        return List.of(
                "--store=" + store,
                "--keys=" + keys,
                "--value-bytes=" + valueBytes,
                "--overwrites=" + overwrites,
                "--dir=" + directory);
    }
}
