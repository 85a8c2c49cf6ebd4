/**
 * What is written and read: keys, values and their order are computed from an index and a seed, so
 * that a run is repeatable, everything read can be verified, and nothing has to be remembered.
 */
@NullMarked
package dev.kvstore.benchmarks.workload;

import org.jspecify.annotations.NullMarked;
