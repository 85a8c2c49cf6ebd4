/**
 * The measurement behind {@code docs/benchmarks.md}: rows of figures about every store, in
 * alternating rounds of one run, with what else the machine did meanwhile; and the table and the
 * bars that are made of them.
 */
@NullMarked
package dev.kvstore.benchmarks.targets;

import org.jspecify.annotations.NullMarked;
