package dev.kvstore.internal.index;

/** Hashes the key of a record again, for the rare split that needs more bits than a slot keeps. */
@FunctionalInterface
public interface KeyHasher {

    /** Returns {@link KeyHash#of} of the key at an address. */
    long hashAt(long address);
}
