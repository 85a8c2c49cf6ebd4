package dev.kvstore;

/**
 * What a write that has returned survives. In every mode what is left after a loss is a prefix of
 * the writes in the order they were made: never a later one without an earlier one.
 */
public enum Durability {

    /**
     * Survives a power cut. Writers that wait at the same time share one force of the disk (group
     * commit), and no read returns a value that a power cut could still take back.
     */
    SYNC,

    /**
     * Survives the death of the process at once, and a power cut after the force interval, 1 second
     * by default.
     */
    INTERVAL,

    /**
     * Survives the death of the process. When the operating system writes to the disk is left to
     * it, but for full segments, which are forced in the background, and for {@link
     * KeyValueStore#sync()} and close, which force everything.
     */
    OS
}
