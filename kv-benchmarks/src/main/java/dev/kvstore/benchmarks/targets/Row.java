package dev.kvstore.benchmarks.targets;

import static dev.kvstore.benchmarks.targets.Figure.cost;
import static dev.kvstore.benchmarks.targets.Figure.rate;

import dev.kvstore.benchmarks.adapter.StoreKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What can be measured, in the order in which it is. The goals are the project's own. */
public enum Row {
    /** All keys written once, in random order. */
    FILL(
            Part.WORK,
            kind -> true,
            rate("fill", "fill, random order", Goal.peer(2), Goal.limit("append", 1))),
    /** Reads of keys that are equally likely. */
    READ_UNIFORM(
            Part.WORK,
            StoreKind::readable,
            rate("read-uniform", "read, uniform", Goal.peer(1.6), Goal.limit("hashmap", 1.3))),
    /** The same by two threads. */
    READ_UNIFORM_2(
            Part.WORK,
            StoreKind::readable,
            rate(
                    "read-uniform-2",
                    "read, uniform, 2 threads",
                    Goal.peer(2),
                    Goal.own("read-uniform", 1.9))),
    /** Reads of which most are of few keys. */
    READ_ZIPFIAN(
            Part.WORK,
            StoreKind::readable,
            rate("read-zipfian", "read, zipfian 0.99", Goal.peer(1.6))),
    /** The same by two threads. */
    READ_ZIPFIAN_2(
            Part.WORK,
            StoreKind::readable,
            rate("read-zipfian-2", "read, zipfian 0.99, 2 threads", Goal.peer(2.4))),
    /** Reads of keys that are not there. */
    READ_MISS(Part.WORK, StoreKind::readable, rate("read-miss", "read, all misses", Goal.peer(2))),
    /** One operation in twenty a write, by two threads. */
    MIXED_95_5(
            Part.WORK,
            StoreKind::readable,
            rate("mixed-95-5", "95 % read, 5 % update, 2 threads", Goal.peer(1.5))),
    /** One operation in two a write, by two threads. */
    MIXED_50_50(
            Part.WORK,
            StoreKind::readable,
            rate("mixed-50-50", "50 % read, 50 % update, 2 threads", Goal.peer(1.4))),
    /** Writes to keys that are there, after a pass over all of them, beside compaction. */
    UPDATE(
            Part.WORK,
            StoreKind::readable,
            rate("update", "updates only, steady state", Goal.peer(1.8))),
    /** Latency under a steady load, with nothing else going on. */
    LATENCY_QUIET(
            Part.WORK,
            StoreKind::readable,
            cost("latency-quiet-p50", "paced load, quiet: read p50", Unit.MICROSECONDS),
            cost("latency-quiet-p99", "… read p99", Unit.MICROSECONDS),
            cost("latency-quiet-p99.9", "… read p99.9", Unit.MICROSECONDS, Goal.peer(1)),
            cost("latency-quiet-max", "… read, longest", Unit.MICROSECONDS),
            cost("latency-quiet-write-p99.9", "… update p99.9", Unit.MICROSECONDS)),
    /** What the store takes of memory. */
    MEMORY(
            Part.WORK,
            StoreKind::readable,
            cost("memory-index", "index, a key", Unit.BYTES, Goal.atMost(16)),
            cost("memory-heap", "Java heap in use", Unit.MEBIBYTES, Goal.atMost(16)),
            cost("memory-process", "anonymous memory of the process", Unit.MEBIBYTES)),
    /** Opening after closing, in a JVM that runs already. */
    REOPEN(
            Part.WORK,
            StoreKind::persistent,
            cost(
                    "reopen",
                    "open after a clean close, and the first read",
                    Unit.MILLISECONDS,
                    Goal.atMost(3))),

    /** Writes that are on the disk when they return. */
    DURABLE_1(
            Part.DURABLE,
            StoreKind::syncable,
            rate("durable-1", "durable put", Goal.peer(1), Goal.limit("append", 0.95))),
    /** The same by four threads. */
    DURABLE_4(
            Part.DURABLE,
            StoreKind::syncable,
            rate("durable-4", "durable put, 4 threads", Goal.peer(1.2))),
    /** The same by 32 threads. */
    DURABLE_32(
            Part.DURABLE,
            StoreKind::syncable,
            rate(
                    "durable-32",
                    "durable put, 32 threads",
                    Goal.peer(1.5),
                    Goal.limit("append", 0.8))),

    /** Space on the disk after overwriting everything. */
    SPACE_OVERWRITTEN(
            Part.SPACE,
            StoreKind::persistent,
            cost(
                    "space-overwritten",
                    "disk / data after 5 overwrites",
                    Unit.RATIO,
                    Goal.atMost(1.8)),
            cost("space-overwritten-log", "… log / live records", Unit.RATIO),
            cost("space-overwritten-writes", "… records written / updates", Unit.RATIO),
            rate("space-overwritten-rate", "… updates a second")),
    /** Space on the disk after compaction. */
    SPACE_COMPACTED(
            Part.SPACE,
            kind -> kind.persistent() && kind.compacts(),
            cost("space-compacted", "disk / data after compact()", Unit.RATIO),
            cost("space-compacted-log", "… log / live records", Unit.RATIO, Goal.atMost(1.06)),
            cost("space-compacted-time", "… time of compact()", Unit.SECONDS, Goal.atMost(1))),
    /** Latency under a steady load while the store compacts. */
    LATENCY_COMPACTING(
            Part.SPACE,
            kind -> kind.readable() && kind.compacts(),
            cost("latency-compacting-p99", "paced load, compacting: read p99", Unit.MICROSECONDS),
            cost(
                    "latency-compacting-p99.9",
                    "… read p99.9",
                    Unit.MICROSECONDS,
                    Goal.own("latency-quiet-p99.9", 1.5)),
            cost(
                    "latency-compacting-max",
                    "… read, longest",
                    Unit.MICROSECONDS,
                    Goal.atMost(5_000)),
            cost("latency-compacting-write-p99.9", "… update p99.9", Unit.MICROSECONDS),
            cost("latency-compacting-runs", "… compactions meanwhile", Unit.COUNT)),

    /** Opening after the process was killed. */
    REOPEN_KILLED(
            Part.KILL,
            StoreKind::persistent,
            cost("reopen-killed", "open after kill -9", Unit.SECONDS, Goal.atMost(0.3)),
            cost(
                    "reopen-killed-lost",
                    "… keys without their last value",
                    Unit.COUNT,
                    Goal.atMost(0))),

    /** As {@link #FILL}, with many keys. */
    FILL_LARGE(Part.LARGE, StoreKind::readable, rate("fill-large", "many keys: fill")),
    /** As {@link #READ_UNIFORM}, with many keys. */
    READ_UNIFORM_LARGE(
            Part.LARGE,
            StoreKind::readable,
            rate(
                    "read-uniform-large",
                    "many keys: read, uniform",
                    Goal.own("read-uniform", 1 / 1.5))),
    /** A loop of 64 reads. */
    GET_LOOP_LARGE(
            Part.LARGE,
            StoreKind::ours,
            rate("get-loop-large", "many keys: 64 keys by a loop of get")),
    /** The same 64 by one call. */
    GET_ALL_LARGE(
            Part.LARGE,
            StoreKind::ours,
            rate("get-all-large", "many keys: 64 keys by getAll", Goal.own("get-loop-large", 1.5))),
    /** As {@link #MEMORY}, with many keys. */
    MEMORY_LARGE(
            Part.LARGE,
            StoreKind::readable,
            cost("memory-large-index", "many keys: index, a key", Unit.BYTES, Goal.atMost(16)),
            cost("memory-large-heap", "… Java heap in use", Unit.MEBIBYTES, Goal.atMost(16)),
            cost("memory-large-process", "… anonymous memory of the process", Unit.MEBIBYTES)),
    /** As {@link #REOPEN}, with many keys. */
    REOPEN_LARGE(
            Part.LARGE,
            StoreKind::persistent,
            cost(
                    "reopen-large",
                    "many keys: open after a clean close",
                    Unit.MILLISECONDS,
                    Goal.atMost(3))),
    /** As {@link #REOPEN_KILLED}, with many keys. */
    REOPEN_KILLED_LARGE(
            Part.LARGE,
            StoreKind::persistent,
            cost(
                    "reopen-killed-large",
                    "many keys: open after kill -9",
                    Unit.SECONDS,
                    Goal.atMost(2)),
            cost(
                    "reopen-killed-large-lost",
                    "… keys without their last value",
                    Unit.COUNT,
                    Goal.atMost(0)));

    private final Part part;
    private final Predicate<StoreKind> fits;
    private final List<Figure> figures;

    Row(Part part, Predicate<StoreKind> fits, Figure... figures) {
        this.part = part;
        this.fits = fits;
        this.figures = List.of(figures);
    }

    /** Returns the row of a name. */
    public static Row of(String name) {
        return Arrays.stream(values())
                .filter(row -> row.label().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "No row is called " + name + "; there are " + labels()));
    }

    /** Returns the figure of a name. */
    public static Figure figure(String name) {
        return allFigures()
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No figure is called " + name));
    }

    /** Returns the names of all rows. */
    public static String labels() {
        return Arrays.stream(values()).map(Row::label).collect(Collectors.joining(", "));
    }

    /** Returns all figures of all rows. */
    public static Stream<Figure> allFigures() {
        return Arrays.stream(values()).flatMap(row -> row.figures().stream());
    }

    /** Returns the name that commands use. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns with what it is measured. */
    public Part part() {
        return part;
    }

    /** Returns what it yields. */
    public List<Figure> figures() {
        return figures;
    }

    /** Returns whether it ends with the process being killed. */
    public boolean endsKilled() {
        return this == REOPEN_KILLED || this == REOPEN_KILLED_LARGE;
    }

    /** Returns whether it makes sense for a store. */
    public boolean fits(StoreKind kind) {
        return fits.test(kind);
    }
}
