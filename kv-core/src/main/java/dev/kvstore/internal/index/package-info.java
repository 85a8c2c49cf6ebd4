/**
 * The index: from the hash of a key to the address of its record, in a mapped file of its own.
 * Everything enters through {@link dev.kvstore.internal.index.HashIndex}; bytes are described in
 * docs/format.md. Knows nothing of the log: addresses are numbers, and whether one belongs to a key
 * is asked of a {@link dev.kvstore.internal.index.KeyMatcher}. One thread changes it at a time, any
 * number read.
 */
@NullMarked
package dev.kvstore.internal.index;

import org.jspecify.annotations.NullMarked;
