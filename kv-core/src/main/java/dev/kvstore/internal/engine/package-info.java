/**
 * The store itself: decides, orders, delegates. {@link dev.kvstore.internal.engine.StoreOpener} is
 * the door; it puts log, index, recovery and compaction together.
 */
@NullMarked
package dev.kvstore.internal.engine;

import org.jspecify.annotations.NullMarked;
