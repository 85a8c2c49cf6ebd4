/** A model of a log that is compacted, by which to choose what to compact next. */
@NullMarked
package dev.kvstore.benchmarks.simulation;

import org.jspecify.annotations.NullMarked;
