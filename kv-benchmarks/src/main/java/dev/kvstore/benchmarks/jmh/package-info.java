/**
 * JMH benchmarks of single operations. Every value read is checked in full, and the time that takes
 * is part of every figure, as is making keys and values; the same for every store.
 */
@NullMarked
package dev.kvstore.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
