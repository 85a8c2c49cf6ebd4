/**
 * A durable, embedded key-value store.
 *
 * <p>{@link dev.kvstore.KeyValueStore} is the whole API: open one with {@link
 * dev.kvstore.KeyValueStore#open(java.nio.file.Path)} or, to choose options, with {@link
 * dev.kvstore.KeyValueStore#builder()}, and close it when done. Keys and values are byte arrays, or
 * strings in UTF-8. Everything that can go wrong is a {@link dev.kvstore.KeyValueStoreException}
 * with a named subclass for each case a caller can tell apart.
 *
 * <p>Nothing passed in is kept and nothing returned is shared: arrays are copied at the boundary.
 * Nothing is {@code null} unless it is marked so.
 */
@NullMarked
package dev.kvstore;

import org.jspecify.annotations.NullMarked;
