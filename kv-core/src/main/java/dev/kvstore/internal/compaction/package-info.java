/**
 * Compaction: gives the space of obsolete records back. Everything enters through {@link
 * dev.kvstore.internal.compaction.Compactor}, which works on one thread of its own, beside readers
 * and writers. Depends on log and index.
 */
@NullMarked
package dev.kvstore.internal.compaction;

import org.jspecify.annotations.NullMarked;
