/**
 * Phases that are timed as a whole, one after the other on one store: what the commands run in JVMs
 * of their own, with a small heap or to be killed.
 */
@NullMarked
package dev.kvstore.benchmarks.phase;

import org.jspecify.annotations.NullMarked;
