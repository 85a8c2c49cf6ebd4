package dev.kvstore.benchmarks.targets;

import dev.kvstore.benchmarks.adapter.StoreKind;

/**
 * A column of the table: a store, and what its JVM is started with.
 *
 * @param name the column's name: that of the store, with {@code @} and a heap size behind it if
 *     that is not the usual one
 * @param kind the store
 * @param heap the largest heap
 * @param classPathFirst what comes first on the class path, or an empty text
 */
public record Variant(String name, StoreKind kind, String heap, String classPathFirst) {

    /** Reads a name. */
    public static Variant of(String name, String usualHeap) {
        int at = name.indexOf('@');
        return at < 0
                ? new Variant(name, StoreKind.of(name), usualHeap, "")
                : new Variant(
                        name, StoreKind.of(name.substring(0, at)), name.substring(at + 1), "");
    }

    /** Returns what is measured in a part: where writes are durable, the store that does it. */
    public StoreKind kind(Part part) {
        return part == Part.DURABLE ? StoreKind.of(kind.base() + "-sync") : kind;
    }
}
