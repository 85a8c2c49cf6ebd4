package dev.kvstore.benchmarks.targets;

/** Rows that are measured one after the other on one store, in a JVM of its own. */
public enum Part {
    /** A store that is filled, read, written and opened again; once in each round. */
    WORK,
    /** Writes that are on the disk when they return; once in each round. */
    DURABLE,
    /** A store that is overwritten and compacted; once in each slow round. */
    SPACE,
    /** A store whose process is killed while it writes; once in each slow round. */
    KILL,
    /** Many keys; once in each slow round. */
    LARGE;

    /** Returns whether it takes long, and is run in fewer rounds. */
    public boolean slow() {
        return this == SPACE || this == KILL || this == LARGE;
    }
}
