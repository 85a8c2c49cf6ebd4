/**
 * A durable, embedded key-value store.
 *
 * <p>{@link dev.kvstore.KeyValueStore} is the whole API: open one with {@link
 * dev.kvstore.KeyValueStore#open(java.nio.file.Path)} or, to choose options, with {@link
 * dev.kvstore.KeyValueStore#builder()}, and close it when done. Keys and values are byte arrays, or
 * strings in UTF-8. Everything that can go wrong with a store is a {@link
 * dev.kvstore.KeyValueStoreException} with a named subclass for each case a caller can tell apart;
 * wrong use is an {@link java.lang.IllegalArgumentException} or {@link
 * java.lang.IllegalStateException}.
 *
 * <p>Nothing passed in is kept after the call and nothing returned is shared: arrays are copied at
 * the boundary. An array must not be changed while a call uses it. Nothing is {@code null} unless
 * it is marked so.
 */
@NullMarked
package dev.kvstore;

import org.jspecify.annotations.NullMarked;
