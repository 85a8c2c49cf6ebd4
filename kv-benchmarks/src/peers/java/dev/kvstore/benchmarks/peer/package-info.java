/**
 * Other embedded stores, each set up for lookups of single keys as its own guide advises; what was
 * set, and what a write survives, is said at each adapter. In a build with {@code -Ppeers} only.
 */
@NullMarked
package dev.kvstore.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
