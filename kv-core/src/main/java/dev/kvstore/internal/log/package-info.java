/**
 * The log: an append-only sequence of records in fixed-size segment files, and everything that
 * makes it durable. Everything enters through {@link dev.kvstore.internal.log.Log}; bytes are
 * described in docs/format.md. One thread appends at a time, any number read; depends on storage
 * and on nothing else.
 */
@NullMarked
package dev.kvstore.internal.log;

import org.jspecify.annotations.NullMarked;
